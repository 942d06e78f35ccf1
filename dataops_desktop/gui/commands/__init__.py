"""Commands as records; menus, shortcuts and the palette derive from them."""
