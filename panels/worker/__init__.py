"""How work gets done: the queue's consumer, its tasks, threads and processes."""
