package engine

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"strings"

	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Open implements remote.Connector. The bytes come as the system sends them; only
// those that stand inside an answer, as text, are held whole.
func (c *Connector) Open(ctx context.Context, conn remote.Conn, ref record.Ref) (io.ReadCloser, error) {
	f := c.m.Files.Of(ref.Kind)
	if f == nil || ref.Kind != record.KindAttachment && ref.Kind != record.KindDocument {
		return nil, fault.Newf(fault.NotFound, "%s has no such file.", c.m.Name)
	}
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return nil, err
	}
	env := with(s.env(), manifest.Env{"id": ref.External, "kind": string(ref.Kind)})
	if f, err = fetched(f, env); err != nil {
		return nil, err
	}
	req, err := buildRequest(&f.Request, env, nil)
	if err != nil {
		return nil, err
	}
	if f.Encoding == "" && !f.Address.Set() {
		body, err := s.client.Stream(ctx, req)
		return body, fault.At("fetch file", err)
	}
	resp, err := s.client.Do(ctx, req)
	if err != nil {
		return nil, fault.At("fetch file", err)
	}
	got, err := s.decode(resp)
	if err != nil {
		return nil, err
	}
	if f.Address.Set() {
		return s.elsewhere(ctx, f, with(env, got.env()))
	}
	return inAnswer(f, with(env, got.env()))
}

// fetched picks how a file is fetched.
func fetched(f *manifest.Files, env manifest.Env) (*manifest.Files, error) {
	for _, other := range f.Instead {
		yes, err := other.When.Bool(env)
		if err != nil {
			return nil, broken("decide how to fetch a file", err)
		}
		if yes {
			return other, nil
		}
	}
	return f, nil
}

// elsewhere fetches the bytes from where the answer says that they are.
func (s *session) elsewhere(ctx context.Context, f *manifest.Files, env manifest.Env) (io.ReadCloser, error) {
	at, err := f.Address.Text(env)
	if err != nil {
		return nil, broken("find the file's address", err)
	}
	if at == "" {
		return nil, fault.New(fault.NotFound, "The system does not hand out this file.")
	}
	body, err := s.client.Stream(ctx, rest.Request{URL: at, Away: true})
	return body, fault.At("fetch file", err)
}

// inAnswer finds the bytes of a file inside an answer.
func inAnswer(f *manifest.Files, env manifest.Env) (io.ReadCloser, error) {
	text, err := f.Content.Text(env)
	if err != nil {
		return nil, broken("find the file's content", err)
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, broken("decode the file's content", err)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}
