"""The parts that pages share: fragments, paging, and the looks of values."""
