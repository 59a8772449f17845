"""Product and sum in one rounding, by choice of the kernel and not of the compiler.

The compiler may fuse ``a * b + c`` only where it is allowed to, and whether it then does depends on what stands
around it: the same formula came out with other last bits in the process that compiled it than in one that loaded
it from the cache (measured). Written as :func:`fused` it is one instruction everywhere, and as fast; a processor
without that instruction (x86 before 2013) calls a slow function in its place.
"""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic as _intrinsic
from numba.extending import overload

intrinsic: Any = _intrinsic  # its own types describe the compile-time signature, not the call


def emit_fused(builder: Any, kind: ir.Type, suffix: str, operands: Any) -> Any:
    """Write LLVM's fused multiply-add of three operands of a type, whose name ends in suffix."""
    signature = ir.FunctionType(kind, [kind] * 3)
    function = cgutils.get_or_insert_function(builder.module, signature, f"llvm.fma.{suffix}")
    return builder.call(function, operands)


@intrinsic
def _fused_float(typingctx, a, b, c):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
        operands = [context.cast(builder, v, k, types.float64) for v, k in zip(args, signature.args)]
        return emit_fused(builder, ir.DoubleType(), "f64", operands)

    return types.float64(a, b, c), generate


def fused(a: Any, b: Any, c: Any) -> Any:
    """``a * b + c`` in one rounding; in two where kernels are interpreted.

    Parameters
    ----------
    a, b, c : float, or lane values of :mod:`hashheat.solvers.lanes`
        In any units that go together.

    Returns
    -------
    float or lane value
    """
    return a * b + c


def _is_number(kind: Any) -> bool:
    return isinstance(kind, types.Float | types.Integer)


@overload(fused)
def _fused_of_floats(a, b, c):  # type: ignore[no-untyped-def]
    if _is_number(a) and _is_number(b) and _is_number(c):
        return lambda a, b, c: _fused_float(a, b, c)
    return None
