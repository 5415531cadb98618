package form

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"portico/sync/action"
	"portico/sync/fault"
)

// maxBody is the most bytes that a form with files may have.
const maxBody = int64(action.MaxFiles)*action.MaxFile + 2*MaxText

// Keeper keeps uploaded bytes; Drop forgets what was kept for nothing.
type Keeper interface {
	// Keep reads r to its end; fault.TooLarge and fault.Invalid name the limit
	// or what is wrong with the file.
	Keep(ctx context.Context, name string, r io.Reader) (action.File, error)
	Drop(ctx context.Context, id string) error
}

// uploads is what the file field of one form brought.
type uploads struct {
	field string
	keep  Keeper
	kept  []action.File
}

// DecodeFiles reads a multipart form into dst and hands the files of the named
// field to keep while they arrive. When anything is wrong, the files are
// dropped again and a fault says so under the name of the field; the rest of
// dst is filled.
func DecodeFiles(w http.ResponseWriter, r *http.Request, dst any, field string, keep Keeper) ([]action.File, error) {
	u := &uploads{field: field, keep: keep}
	values, u, err := read(w, r, u)
	filled := Fill(values, dst)
	if err == nil {
		err = filled
	}
	if err != nil {
		u.drop(r.Context())
		return nil, err
	}
	return u.kept, nil
}

// drop forgets the kept files, also when the client went away meanwhile.
func (u *uploads) drop(ctx context.Context) {
	for _, f := range u.kept {
		_ = u.keep.Drop(context.WithoutCancel(ctx), f.ID) // what is left is released with age
	}
}

// readParts streams a multipart body. After a file that is refused it reads on
// to the end, so that a browser is listening when the answer comes.
func readParts(w http.ResponseWriter, r *http.Request, u *uploads) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, unreadable("read the form", err)
	}
	values, left := url.Values{}, int64(MaxText)
	var refused error
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return values, refused
		}
		if err != nil {
			return values, bodyFault(err, refused)
		}
		name := part.FormName()
		switch {
		case u != nil && name == u.field:
			err = u.take(r.Context(), part, refused != nil)
		case isFile(part):
			_, err = io.Copy(io.Discard, part)
		default:
			err = readText(part, name, values, &left)
		}
		if err != nil && isFatal(err) {
			return values, bodyFault(err, refused)
		}
		if refused == nil {
			refused = err
		}
	}
}

// take keeps one file, or reads past it once the form is refused anyway.
func (u *uploads) take(ctx context.Context, part *multipart.Part, refused bool) error {
	name := part.FileName()
	if refused || name == "" { // an empty file input is sent as a part without a name
		_, err := io.Copy(io.Discard, part)
		return err
	}
	if len(u.kept) >= action.MaxFiles {
		return fault.Newf(fault.TooLarge, "At most %d files can be sent at once.", action.MaxFiles).
			Field(u.field, fmt.Sprintf("At most %d files.", action.MaxFiles))
	}
	file, err := u.keep.Keep(ctx, name, part)
	if err != nil {
		if said := fault.Public(err); said != "" && !isFatal(err) {
			if _, rest := io.Copy(io.Discard, part); rest != nil {
				return rest
			}
			return fault.New(fault.KindOf(err), said).Field(u.field, said).Because("keep "+u.field, err)
		}
		return err
	}
	u.kept = append(u.kept, file)
	return nil
}

func readText(part *multipart.Part, name string, values url.Values, left *int64) error {
	b, err := io.ReadAll(io.LimitReader(part, *left+1))
	if err != nil {
		return err
	}
	if *left -= int64(len(b) + len(name) + partCost); *left < 0 {
		return errors.Join(errStop, tooMuchText())
	}
	values.Add(name, string(b))
	return nil
}

// isFile reports whether a part has a file name, even an empty one.
func isFile(part *multipart.Part) bool {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	_, named := params["filename"]
	return err == nil && named
}

// partCost is charged for every part, so that endless empty parts meet the limit too.
const partCost = 16

// errStop marks a fault after which nothing more is read.
var errStop = errors.New("stop reading")

// isFatal reports whether reading on makes no sense: the body is broken, too
// large or cut, or the text is over its limit.
func isFatal(err error) bool {
	var over *http.MaxBytesError
	return errors.Is(err, errStop) || errors.As(err, &over) || fault.Is(err, fault.Internal) ||
		errors.Is(err, context.Canceled) || errors.Is(err, io.ErrUnexpectedEOF)
}

// bodyFault says why reading ended early; what was refused before comes first.
func bodyFault(err, refused error) error {
	var over *http.MaxBytesError
	var said *fault.Error
	switch {
	case refused != nil:
		return refused
	case errors.As(err, &over):
		return fault.Newf(fault.TooLarge, "One message may have at most %s in all, files included.", Bytes(maxBody))
	case errors.As(err, &said):
		return said
	default:
		return unreadable("read the form", err)
	}
}

// Bytes writes a limit as people say it: "25 MB".
func Bytes(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
