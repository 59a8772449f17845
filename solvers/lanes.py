"""Explicit SIMD for kernels: a value that holds one number for each of ``WIDTH`` neighbouring cases.

LLVM's own vectorizer gives up on loops over cases as soon as several arrays could overlap (measured with
numba 0.68: the banded solve of the serpentine stays scalar at 6-8 ns a cell and case). A lane value is an LLVM
vector, so that a product is one instruction for all its cases, and formulas written for a float work
unchanged for a lane value. Each lane sees exactly the arithmetic of its own case; nothing crosses lanes except
:func:`any_lane`.

With ``NUMBA_DISABLE_JIT=1`` a lane value is a NumPy array of ``WIDTH`` floats and the same code runs in Python.
"""

import operator
import os
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic as _intrinsic
from numba.extending import models, overload, register_model
from numba.np.arrayobj import make_array

from hashheat.thermo.fused import emit_fused, fused
from hashheat.thermo.jit import kernel

intrinsic: Any = _intrinsic  # its own types describe the compile-time signature, not the call

#: Cases in one lane value. Two AVX-512 registers: the second hides the latency of the first (measured).
WIDTH = 16

_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_BITS = ir.VectorType(ir.IntType(1), WIDTH)


class LanesType(types.Type):
    """Numba's type of a lane value: ``WIDTH`` floats."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{WIDTH}")


class MaskType(types.Type):
    """Numba's type of a lane mask: ``WIDTH`` truth values."""

    def __init__(self) -> None:
        super().__init__(name=f"LaneMask{WIDTH}")


lanes_type = LanesType()
mask_type = MaskType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _VECTOR)


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _BITS)


def _splat(builder: Any, scalar: Any) -> Any:
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, undefined, zeros)


def _as_vector(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if kind == lanes_type:
        return value
    return _splat(builder, context.cast(builder, value, kind, types.float64))


def _address(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Pointer to ``array[i, j]`` of a C-contiguous 2-D float64 array, as a pointer to a vector."""
    array = make_array(signature.args[0])(context, builder, args[0])
    row = context.cast(builder, args[1], signature.args[1], types.intp)
    column = context.cast(builder, args[2], signature.args[2], types.intp)
    columns = builder.extract_value(array.shape, 1)
    pointer = builder.gep(array.data, [builder.add(builder.mul(row, columns), column)])
    return builder.bitcast(pointer, _VECTOR.as_pointer())


def _is_table(array: Any) -> bool:
    return (
        isinstance(array, types.Array)
        and array.ndim == 2
        and array.layout == "C"
        and array.dtype == types.float64
    )


@intrinsic
def load(typingctx, array, i, j):  # type: ignore[no-untyped-def]
    """Lane value ``array[i, j:j+WIDTH]`` of a C-contiguous 2-D array of float64."""
    if not _is_table(array):
        raise numba.errors.TypingError("load needs a C-contiguous 2-D float64 array")

    def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
        loaded = builder.load(_address(context, builder, signature, args))
        loaded.align = 8
        return loaded

    return lanes_type(array, i, j), generate


@intrinsic
def store(typingctx, array, i, j, value):  # type: ignore[no-untyped-def]
    """Write a lane value (or one float for all lanes) to ``array[i, j:j+WIDTH]``."""
    if not _is_table(array):
        raise numba.errors.TypingError("store needs a C-contiguous 2-D float64 array")

    def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
        vector = _as_vector(context, builder, signature.args[3], args[3])
        written = builder.store(vector, _address(context, builder, signature, args))
        written.align = 8
        return context.get_dummy_value()

    return types.void(array, i, j, value), generate


@intrinsic
def select(typingctx, mask, yes, no):  # type: ignore[no-untyped-def]
    """Lane by lane ``yes if mask else no``; both are evaluated."""

    def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
        a = _as_vector(context, builder, signature.args[1], args[1])
        b = _as_vector(context, builder, signature.args[2], args[2])
        return builder.select(args[0], a, b)

    return lanes_type(mask, yes, no), generate


@intrinsic
def any_lane(typingctx, mask):  # type: ignore[no-untyped-def]
    """Whether the mask holds in at least one lane."""

    def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
        bits = builder.bitcast(args[0], ir.IntType(WIDTH))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(WIDTH), 0))

    return types.boolean(mask), generate


def _arithmetic(instruction: str) -> Any:
    @intrinsic
    def operation(typingctx, a, b):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
            x, y = (_as_vector(context, builder, k, v) for k, v in zip(signature.args, args))
            return getattr(builder, instruction)(x, y)

        return lanes_type(a, b), generate

    return operation


def _comparison(symbol: str) -> Any:
    @intrinsic
    def operation(typingctx, a, b):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
            x, y = (_as_vector(context, builder, k, v) for k, v in zip(signature.args, args))
            return builder.fcmp_ordered(symbol, x, y)

        return mask_type(a, b), generate

    return operation


def _logic(instruction: str) -> Any:
    @intrinsic
    def operation(typingctx, a, b):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
            return getattr(builder, instruction)(args[0], args[1])

        return mask_type(a, b), generate

    return operation


@intrinsic
def _fused_lanes(typingctx, a, b, c):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
        vectors = [_as_vector(context, builder, k, v) for k, v in zip(signature.args, args)]
        return emit_fused(builder, _VECTOR, f"v{WIDTH}f64", vectors)

    return lanes_type(a, b, c), generate


def _mixes(*kinds: Any) -> bool:
    def fits(kind: Any) -> bool:
        return kind == lanes_type or isinstance(kind, types.Float | types.Integer)

    return lanes_type in kinds and all(map(fits, kinds))


def _overload_numeric(python_operator: Any, operation: Any) -> None:
    @overload(python_operator)
    def _choose(a, b):  # type: ignore[no-untyped-def]
        if _mixes(a, b):
            return lambda a, b: operation(a, b)
        return None


def _overload_logic(python_operator: Any, operation: Any) -> None:
    @overload(python_operator)
    def _choose(a, b):  # type: ignore[no-untyped-def]
        if a == mask_type and b == mask_type:
            return lambda a, b: operation(a, b)
        return None


for _operator, _in_place, _name in (
    (operator.add, operator.iadd, "fadd"),
    (operator.sub, operator.isub, "fsub"),
    (operator.mul, operator.imul, "fmul"),
    (operator.truediv, operator.itruediv, "fdiv"),
):
    _operation = _arithmetic(_name)
    _overload_numeric(_operator, _operation)
    _overload_numeric(_in_place, _operation)
for _operator, _name in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
):
    _overload_numeric(_operator, _comparison(_name))
_overload_logic(operator.and_, _logic("and_"))
_overload_logic(operator.or_, _logic("or_"))


@intrinsic
def _negated(typingctx, a):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return builder.fneg(args[0])

    return lanes_type(a), generate


@overload(operator.neg)
def _negative(a):  # type: ignore[no-untyped-def]
    if a == lanes_type:
        return lambda a: _negated(a)
    return None


@overload(fused)
def _fused_of_lanes(a, b, c):  # type: ignore[no-untyped-def]
    if _mixes(a, b, c):
        return lambda a, b, c: _fused_lanes(a, b, c)
    return None


if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":

    def load(array: np.ndarray, i: int, j: int) -> np.ndarray:
        """Lane value ``array[i, j:j+WIDTH]``."""
        return array[i, j : j + WIDTH].copy()

    def store(array: np.ndarray, i: int, j: int, value: Any) -> None:
        """Write a lane value to ``array[i, j:j+WIDTH]``."""
        array[i, j : j + WIDTH] = value

    def select(mask: Any, yes: Any, no: Any) -> Any:
        """Lane by lane ``yes if mask else no``."""
        return np.where(mask, yes, no)

    def any_lane(mask: Any) -> bool:
        """Whether the mask holds in at least one lane."""
        return bool(np.any(mask))


@kernel
def magnitude(a: Any) -> Any:
    """Absolute value of a lane value."""
    return select(a < 0.0, -a, a)


@kernel
def bounded(a: Any, low: Any, high: Any) -> Any:
    """Lane value held between low and high."""
    return select(a < low, low, select(a > high, high, a))
