"""What a quantity, a fluid or a solid is: units and provenance; CoolProp in, compiled tables out."""
