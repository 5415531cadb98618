package api

import (
	"context"
	"io"
	"net/http"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Files brings the bytes of what was read; size is -1 when it is not known. The
// caller closes the reader.
type Files interface {
	OpenAttachment(ctx context.Context, s access.Scope, d record.Detail) (content io.ReadCloser, size int64, err error)
}

// Uploads keeps bytes that are to be sent on.
type Uploads interface {
	// Keep reads r to its end; fault.TooLarge and fault.Invalid name the limit or what
	// is wrong with the file.
	Keep(ctx context.Context, name string, r io.Reader) (action.File, error)
	// Drop forgets what was kept for nothing.
	Drop(ctx context.Context, id string) error
}

// Bytes is an answer that is a file and no JSON.
type Bytes struct {
	Name    string
	Content io.ReadCloser
	Size    int64 // -1 when it is not known
}

// hand answers with a file.
func (a *API) hand(w http.ResponseWriter, r *http.Request, b Bytes) error {
	defer func() { _ = b.Content.Close() }() // read to its end or given up: nothing to save
	return a.o.Download(w, r, b.Name, b.Content, b.Size)
}

// open brings the bytes of a record that the caller has read.
func (a *API) open(r *http.Request, c Caller, d record.Detail, name string) (any, error) {
	content, size, err := a.o.Files.OpenAttachment(r.Context(), c.Scope, d)
	if err != nil {
		return nil, err
	}
	return Bytes{name, content, size}, nil
}

// filesOf lists the files of an invoice, a quote or a contract.
func (a *API) filesOf(r *http.Request, c Caller, of record.ID) ([]File, error) {
	list, err := a.o.Papers.FilesOf(r.Context(), c.Scope, c.Account, of)
	if err != nil {
		return nil, err
	}
	out := make([]File, len(list))
	for i, f := range list {
		out[i] = File{ID: f.ID.String(), Name: f.Name, Type: f.ContentType, Size: f.Size}
	}
	return out, nil
}

// fileOf opens a file of the record of a path: of that one and of no other.
func (a *API) fileOf(r *http.Request, c Caller, kind record.Kind, name string) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	of, err := idOf(r, name)
	if err != nil {
		return nil, err
	}
	id, err := idOf(r, "file")
	if err != nil {
		return nil, err
	}
	if _, err := a.o.Records.Detail(r.Context(), c.Scope, c.Account, kind, of); err != nil {
		return nil, err
	}
	d, err := a.o.Papers.AttachmentOf(r.Context(), c.Scope, c.Account, id)
	if err == nil && d.Parent != of {
		err = notHere()
	}
	if err != nil {
		return nil, err
	}
	body, ok := d.Body.(record.Attachment)
	if !ok {
		return nil, fault.New(fault.Internal, "")
	}
	return a.open(r, c, d, body.Name)
}
