package jobs

import (
	"fmt"
	"log/slog"
)

// logger gives asynq's words to slog. Fatal does not end the process: nothing
// that happens to a doorbell may.
type logger struct{ log *slog.Logger }

func (l logger) Debug(args ...any) { l.log.Debug("queue: " + fmt.Sprint(args...)) }
func (l logger) Info(args ...any)  { l.log.Info("queue: " + fmt.Sprint(args...)) }
func (l logger) Warn(args ...any)  { l.log.Warn("queue: " + fmt.Sprint(args...)) }
func (l logger) Error(args ...any) { l.log.Error("queue: " + fmt.Sprint(args...)) }
func (l logger) Fatal(args ...any) { l.log.Error("queue: " + fmt.Sprint(args...)) }
