package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Limits of what is taken in.
const (
	maxBody = 1 << 20 // bytes
	maxRefs = 500     // records that one message hints at; more hasten the streams
	atOnce  = 32      // messages verified at the same time
	// readFor is how long a sender may take to send; answerFor is how long
	// verifying and keeping may take after that.
	readFor   = 10 * time.Second
	answerFor = 900 * time.Millisecond
)

// ServeHTTP answers a vendor. The path names the connection as {connection}.
//
//	2xx verified and kept, or kept before: 202, or what the system wants to hear;
//	    also the answer to a question about this address
//	401 anything that is not proven, whatever the reason
//	413 longer than 1 MiB
//	503 try again: it could not be kept, or too much arrives at once
func (i *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	body, err := i.body(w, r)
	var reply remote.Reply
	if err == nil {
		reply, err = i.take(r, body)
	}
	var status int
	switch kind := fault.KindOf(err); {
	case err == nil:
		say(w, reply)
		return
	case kind == fault.TooLarge:
		status = http.StatusRequestEntityTooLarge
	case kind == fault.Unauthenticated:
		status = http.StatusUnauthorized
	default:
		status = http.StatusServiceUnavailable
		h.Set("Retry-After", "30")
		i.o.Log.Error("a vendor's webhook could not be taken in", "connection", r.PathValue("connection"), "error", err)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, http.StatusText(status)+"\n") // the sender is gone if this fails
}

// body reads the message before anything is looked up, so that its length says
// nothing about the connection.
func (i *Intake) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	select {
	case i.busy <- struct{}{}:
		defer func() { <-i.busy }()
	default:
		return nil, fault.New(fault.Unavailable, "Too many messages arrive at once.")
	}
	// A server that cannot set a deadline has its own; the limit holds either way.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readFor))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return nil, fault.Wrap(fault.TooLarge, "read message", err)
	}
	return body, fault.Wrap(fault.Unauthenticated, "read message", err)
}

// take verifies a message and keeps it. An error of kind Unauthenticated says
// nothing about why; the log does.
func (i *Intake) take(r *http.Request, body []byte) (remote.Reply, error) {
	ctx, cancel := context.WithTimeout(r.Context(), i.o.Within)
	defer cancel()
	id, err := record.ParseConnectionID(r.PathValue("connection"))
	if err != nil {
		return remote.Reply{}, refused("read address", err)
	}
	connector, conn, connection, err := i.o.Sources.Open(ctx, id)
	switch {
	case fault.Is(err, fault.Unavailable) || ctx.Err() != nil:
		return remote.Reply{}, fault.Wrap(fault.Unavailable, "open connection", err)
	case err != nil:
		return remote.Reply{}, refused("open connection", err)
	}
	raw := &remote.RawRequest{Method: r.Method, Header: r.Header.Clone(), Body: body, URL: i.o.Base + r.URL.RequestURI()}
	if reply, err := i.greet(ctx, connector, conn, raw); reply != nil || err != nil {
		return i.greeted(connection, reply, err)
	}
	hints, err := connector.Hints(ctx, conn, raw)
	if err != nil {
		i.refuse(id, err)
		i.o.Log.Warn("a webhook was refused", "connection", connection.Name, "error", err)
		return remote.Reply{}, refused("verify message", err)
	}
	hook := run.Hook{ID: run.NewHookID(), Connection: id, Key: i.key(hints, body), Header: kept(r.Header), Body: body, Refs: refs(id, hints)}
	fresh, err := i.o.Store.ReceiveHook(ctx, hook)
	if err != nil {
		return remote.Reply{}, fault.Wrap(fault.Unavailable, "keep message", err)
	}
	i.o.Log.Info("webhook taken in", "connection", connection.Name, "hook", string(hook.ID), "fresh", fresh, "records", len(hook.Refs))
	i.took(id, fresh)
	if fresh {
		i.o.Ring(context.WithoutCancel(ctx), hook.ID)
	}
	return accepted(connector.Spec()), nil
}

// key is the same for repeated deliveries of one event: by the vendor's own keys. A
// message without them may say the same as an earlier one and mean a later change, so
// that only the same bytes within a second are one.
func (i *Intake) key(hints []remote.Hint, body []byte) string {
	var keys []string
	for _, h := range hints {
		if h.Key != "" {
			keys = append(keys, h.Key)
		}
	}
	sum := sha256.New()
	if len(keys) < len(hints) || len(keys) == 0 {
		_, _ = fmt.Fprintf(sum, "%d ", i.o.Now().Unix()) // never fails (crypto/sha256)
		_, _ = sum.Write(body)
	} else {
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			_, _ = fmt.Fprintf(sum, "%d %s", len(k), k)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// refs are the records hinted at, each once, of this connection only.
func refs(id record.ConnectionID, hints []remote.Hint) []record.Ref {
	var out []record.Ref
	seen := map[record.Ref]bool{}
	for _, h := range hints {
		ref := h.Ref
		ref.Connection = id
		if ref.Kind == "" || seen[ref] {
			continue
		}
		seen[ref] = true
		out = append(out, ref)
	}
	return out
}

// private are headers that may hold what a sender proves itself by.
var private = regexp.MustCompile(`(?i)auth|cookie|token|secret|key|password`)

// kept are the headers worth looking at later; credentials are none of them.
func kept(header http.Header) map[string][]string {
	out := map[string][]string{}
	for name, values := range header {
		if private.MatchString(name) {
			values = []string{"***"}
		}
		out[name] = values
	}
	return out
}
