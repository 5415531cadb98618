package engine

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"

	"portico/connectors/manifest"
)

// fileBytes finds the bytes of a file in an answer.
func fileBytes(f *manifest.Files, body []byte, env manifest.Env, decode func() (answer, error)) (io.ReadCloser, error) {
	if f.Encoding == "" {
		return io.NopCloser(bytes.NewReader(body)), nil
	}
	got, err := decode()
	if err != nil {
		return nil, err
	}
	text, err := f.Content.Text(with(env, got.env()))
	if err != nil {
		return nil, broken("find the file's content", err)
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, broken("decode the file's content", err)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}
