package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// maxReply is how much of what a stranger sent is said back to them.
const maxReply = 4096

// greet answers a system that asks whether this is its address; nil when it does not ask.
func (i *Intake) greet(ctx context.Context, connector remote.Connector, conn remote.Conn, raw *remote.RawRequest) (*remote.Reply, error) {
	g, ok := connector.(remote.Greeter)
	if !ok {
		return nil, nil
	}
	reply, err := g.Greet(ctx, conn, raw)
	if err != nil || reply == nil {
		return nil, err
	}
	if len(reply.Body) > maxReply || strings.ContainsFunc(reply.Body, unicode.IsControl) {
		return nil, errors.New("the answer would be longer than 4 KiB or hold control characters")
	}
	for _, values := range reply.Header {
		if text := strings.Join(values, ""); len(text) > maxReply || strings.ContainsFunc(text, unicode.IsControl) {
			return nil, errors.New("a header of the answer would be longer than 4 KiB or hold control characters")
		}
	}
	return reply, i.learn(ctx, conn.ID, reply.Learn)
}

// learn keeps what a system tells with its question. Anybody may ask, so that only the
// first answer counts; one that is to replace it is refused until a person has removed it.
func (i *Intake) learn(ctx context.Context, id record.ConnectionID, told map[string]string) error {
	for field, text := range told {
		if wrong := remote.WrongSecret(text); text == "" || wrong != "" || strings.ContainsRune(text, ' ') {
			return fmt.Errorf("what it tells as %s cannot be a secret", field)
		}
		if i.o.Learn == nil {
			return fmt.Errorf("what it tells as %s cannot be kept", field)
		}
		kept, err := i.o.Learn(ctx, id, field, text)
		if err != nil {
			return fault.At("keep "+field, err)
		}
		if !kept {
			return fmt.Errorf("there is a %s already; remove it before the system tells another", field)
		}
	}
	return nil
}

// greeted logs how a question about this address was answered.
func (i *Intake) greeted(c remote.Connection, reply *remote.Reply, err error) (remote.Reply, error) {
	if err != nil {
		i.refuse(c.ID, err)
		i.o.Log.Warn("a question about the address of webhooks was refused", "connection", c.Name, "error", err)
		return remote.Reply{}, refused("answer question", err)
	}
	i.o.Log.Info("a question about the address of webhooks was answered", "connection", c.Name)
	return *reply, nil
}

// accepted is what a system hears whose message was taken in.
func accepted(spec remote.Spec) remote.Reply {
	out := remote.Reply{Status: http.StatusAccepted}
	if spec.Webhooks != nil {
		out.Status = spec.Webhooks.Accepted
	}
	return out
}

// say writes a reply. A browser must never take it for a page.
func say(w http.ResponseWriter, reply remote.Reply) {
	for name, values := range reply.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if reply.Type != "" {
		w.Header().Set("Content-Type", reply.Type)
	}
	if reply.Status == 0 {
		reply.Status = http.StatusOK
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, reply.Body) // the sender is gone if this fails
}

func refused(what string, cause error) error { return fault.Wrap(fault.Unauthenticated, what, cause) }
