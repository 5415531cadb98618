package notify

// Idle waits until the worker has nothing to do.
func (w *Worker) Idle() { w.work.Wait() }
