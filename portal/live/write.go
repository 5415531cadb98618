package live

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"portico/sync/fault"
)

// writer writes one event stream. Every write has its own time limit in place of
// the server's for a whole answer.
type writer struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
	line     bytes.Buffer
}

// newWriter lifts the server's limits and sets the headers. The error says that
// something between us and the connection cannot stream.
func newWriter(w http.ResponseWriter, patience time.Duration) (*writer, error) {
	out := &writer{w: w, control: http.NewResponseController(w), patience: patience}
	// The limit on reading the request goes on while we answer, and would end the
	// connection in the middle.
	if err := out.control.SetReadDeadline(time.Time{}); err != nil {
		return nil, fault.Wrap(fault.Internal, "open event stream", err)
	}
	if err := out.extend(); err != nil {
		return nil, fault.Wrap(fault.Internal, "open event stream", err)
	}
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	// A proxy that compresses or collects would hold events back.
	head.Set("Cache-Control", "no-store, no-transform")
	head.Set("X-Accel-Buffering", "no")
	return out, nil
}

func (o *writer) extend() error { return o.control.SetWriteDeadline(time.Now().Add(o.patience)) }

// hello says when the account last changed, so that a page that is older looks
// again, and how long to wait before coming back.
func (o *writer) hello(changed time.Time, back time.Duration) error {
	o.line.WriteString("retry: " + strconv.FormatInt(back.Milliseconds(), 10) + "\n")
	return o.event("hello", struct {
		Changed time.Time `json:"changed"`
	}{changed.UTC()})
}

func (o *writer) changes(list []message) error {
	for _, m := range list {
		if err := o.put("change", m); err != nil {
			return err
		}
	}
	return o.flush()
}

// beat is a sign of life that scripts hear, unlike a comment.
func (o *writer) beat() error { return o.event("beat", struct{}{}) }

// end says that there is nothing to come back for; bye only leaves. Whether
// either arrives makes no difference any more.
func (o *writer) end() { _ = o.event("end", struct{}{}) }

func (o *writer) bye() { _ = o.extend() }

func (o *writer) event(name string, data any) error {
	if err := o.put(name, data); err != nil {
		return err
	}
	return o.flush()
}

func (o *writer) put(name string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode event", err)
	}
	o.line.WriteString("event: " + name + "\ndata: ")
	o.line.Write(text)
	o.line.WriteString("\n\n")
	return nil
}

// flush sends what was put. A reader that takes nothing for too long fails it.
func (o *writer) flush() error {
	if o.line.Len() == 0 {
		return nil
	}
	defer o.line.Reset()
	if err := o.extend(); err != nil {
		return fault.Wrap(fault.Unavailable, "write event", err)
	}
	if _, err := o.w.Write(o.line.Bytes()); err != nil {
		return fault.Wrap(fault.Unavailable, "write event", err)
	}
	return fault.Wrap(fault.Unavailable, "write event", o.control.Flush())
}
