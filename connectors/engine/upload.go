package engine

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/textproto"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/connectors/rest"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/remote"
)

// upload brings the action's one file to the system. The bytes pass through and are
// never held whole. What breaks off before the file counts had no effect: nobody
// sees a file that is not all there, and another attempt begins anew.
func (w *write) upload(ctx context.Context) remote.Outcome {
	if len(w.a.Input.Files) != 1 {
		return remote.Outcome{Verdict: remote.Rejected, Reason: "One file at a time can be sent here."}
	}
	u, f := w.spec.Send.Upload, w.a.Input.Files[0]
	w.env["begun"] = nil
	if u.Small != nil && f.Size <= u.Small.UpTo {
		return w.small(ctx, u.Small, f)
	}
	env, out := w.beginUpload(ctx)
	if out.Verdict != remote.Done {
		return out
	}
	return w.deliver(ctx, u, f, env)
}

// small sends a file as the body of the one request.
func (w *write) small(ctx context.Context, s *manifest.SmallUpload, f action.File) remote.Outcome {
	req, err := buildRequest(&s.Request, w.env, nil)
	if err != nil {
		return before(err)
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", contentType(f))
	}
	req.Content, req.Length = func() (io.ReadCloser, error) { return w.conn.File(ctx, f.ID) }, f.Size
	return w.send(ctx, req)
}

// beginUpload asks where the bytes go, and returns what the answer lets expressions see.
func (w *write) beginUpload(ctx context.Context) (manifest.Env, remote.Outcome) {
	req, err := buildRequest(&w.spec.Send.Request, w.env, nil)
	if err != nil {
		return nil, before(err)
	}
	resp, err := w.client.Do(ctx, req)
	if resp == nil {
		return nil, unseen(err)
	}
	got := lenientAnswer(resp)
	env := with(w.env, got.env())
	if r := match(w.spec.Send.Answers, resp.Status, env); r != nil {
		return nil, ruled(r, env, err)
	}
	if err != nil {
		return nil, unseen(err)
	}
	w.env["begun"] = got.body.Plain()
	return env, remote.Outcome{Verdict: remote.Done}
}

// unseen is the outcome of what failed before the file could count.
func unseen(err error) remote.Outcome {
	out := before(err)
	if out.Verdict == remote.Rejected && fault.Is(err, fault.NotFound) || out.Verdict == remote.Conflict {
		out.Verdict = remote.Retry // what was begun has ended meanwhile
	}
	return out
}

// deliver sends the bytes and has the file count.
func (w *write) deliver(ctx context.Context, u *manifest.Upload, f action.File, env manifest.Env) remote.Outcome {
	to, header, err := w.destination(u, env)
	if err != nil {
		return before(err)
	}
	content, err := w.conn.File(ctx, f.ID)
	if err != nil {
		return before(fault.At("open file "+f.ID, err))
	}
	defer func() { _ = content.Close() }() // it was read, or will be anew
	size := u.Chunk
	if size == 0 || size > f.Size {
		size = f.Size
	}
	for from := int64(0); ; from += size {
		n := min(size, f.Size-from)
		last := from+n >= f.Size
		req := rest.Request{Method: http.MethodPut, URL: to, Away: true, Header: header.Clone(), Length: n,
			Content: func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(content, n)), nil }}
		if u.Chunk > 0 {
			req.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, from+n-1, f.Size))
		}
		if last && u.Finish == nil {
			return w.send(ctx, req)
		}
		if _, err := w.client.Do(ctx, req); err != nil {
			return unseen(fault.At("send the bytes", err))
		}
		if last {
			break
		}
	}
	finish, err := buildRequest(u.Finish, w.env, nil)
	if err != nil {
		return before(err)
	}
	return w.send(ctx, finish)
}

// destination reads where the bytes go.
func (w *write) destination(u *manifest.Upload, env manifest.Env) (string, http.Header, error) {
	to, err := u.URL.Text(env)
	if err == nil && to == "" {
		err = fmt.Errorf("%s is nothing", u.URL.Source)
	}
	if err != nil {
		return "", nil, broken("find where the file goes", err)
	}
	header := http.Header{}
	if !u.Headers.Set() {
		return to, header, nil
	}
	v, err := u.Headers.Eval(env)
	if err != nil {
		return "", nil, broken("find what goes along with the file", err)
	}
	if object, ok := v.(map[string]any); ok {
		for name, value := range object {
			header.Set(name, fmt.Sprint(value))
		}
		return to, header, nil
	}
	for one := range each(tree.Of(v)) {
		entry, _ := one.Plain().(map[string]any)
		name, _ := entry["name"].(string)
		value, _ := entry["value"].(string)
		if textproto.TrimString(name) == "" {
			return "", nil, broken("find what goes along with the file", fmt.Errorf("an entry of %s has no name", u.Headers.Source))
		}
		header.Set(name, value)
	}
	return to, header, nil
}

func contentType(f action.File) string {
	if f.ContentType == "" {
		return "application/octet-stream"
	}
	return f.ContentType
}
