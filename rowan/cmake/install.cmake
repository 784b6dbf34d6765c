# Written by the packaging.
