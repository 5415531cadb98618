package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/sync/action"
	"portico/sync/fault"
)

// first does what must come before the write: alone it has no effect that anybody
// sees, so that a failure is one of a write that was not sent.
func (w *write) first(ctx context.Context) error {
	for i := range w.spec.Send.Before {
		step := &w.spec.Send.Before[i]
		value, err := w.precede(ctx, step)
		if err != nil {
			return fault.At("before the write: "+step.Name, err)
		}
		w.env[step.Name] = value
	}
	return nil
}

// precede returns the value of one step, or a list of values, one of each file.
func (w *write) precede(ctx context.Context, step *manifest.Step) (any, error) {
	if step.Each == "" {
		if yes, err := step.When.Bool(w.env); err != nil || !yes {
			return nil, fault.Wrap(fault.Broken, "decide whether to ask", err)
		}
		return w.obtain(ctx, step, w.env, nil)
	}
	values := []any{}
	if yes, err := step.When.Bool(w.env); err != nil || !yes {
		return values, fault.Wrap(fault.Broken, "decide whether to ask", err)
	}
	for _, f := range w.a.Input.Files {
		env := with(w.env, manifest.Env{"file": map[string]any{"name": f.Name, "type": f.ContentType}})
		value, err := w.obtain(ctx, step, env, &f)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

// obtain sends the request of a step and takes the value out of its answer, without
// which the write must not go.
func (w *write) obtain(ctx context.Context, step *manifest.Step, env manifest.Env, f *action.File) (any, error) {
	req, err := buildRequest(&step.Request, env, nil)
	if err != nil {
		return nil, err
	}
	if f != nil {
		if err := w.carry(ctx, &req, step, env, f); err != nil {
			return nil, fault.At("read file "+f.ID, err)
		}
	}
	got, err := w.do(ctx, req)
	if err != nil {
		return nil, err
	}
	value, err := step.Value.Eval(with(env, got.env()))
	switch {
	case err != nil:
		return nil, broken("read what was made", err)
	case value == nil || value == "":
		return nil, broken("read what was made", fmt.Errorf("%s is not in the answer", step.Value.Source))
	}
	return value, nil
}

// carry puts the bytes of a file into a request.
func (w *write) carry(ctx context.Context, req *rest.Request, step *manifest.Step, env manifest.Env, f *action.File) error {
	if step.Part == "" {
		req.Content, req.Length = func() (io.ReadCloser, error) { return w.conn.File(ctx, f.ID) }, f.Size
		req.Header.Set("Content-Type", contentType(*f))
		return nil
	}
	data, err := w.file(ctx, *f)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, t := range step.Request.Form {
		value, err := t.Text(env)
		if err == nil && value != "" {
			err = form.WriteField(name, value)
		}
		if err != nil {
			return fault.Wrap(fault.Internal, "build form", err)
		}
	}
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="` + plainName(step.Part) + `"; filename="` + plainName(f.Name) + `"`},
		"Content-Type":        {contentType(*f)},
	})
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = form.Close()
	}
	req.Body = body.Bytes()
	req.Header.Set("Content-Type", form.FormDataContentType())
	return fault.Wrap(fault.Internal, "build form", err)
}

// plainName keeps a name inside its quotes (RFC 7578, section 4.2).
func plainName(name string) string {
	return strings.NewReplacer("\\", "\\\\", `"`, "%22", "\r", " ", "\n", " ").Replace(name)
}
