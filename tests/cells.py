"""Cells without a kernel, as the workshop has them."""

from workshop.cells import Cells

__all__ = ["Cells"]
