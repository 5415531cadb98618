// Package form reads what a browser posts into a typed struct. It promises
// that nothing but the fields named in the struct is read, that text is valid
// UTF-8 without control characters, that every limit is enforced while reading
// and named in the answer, and that what is wrong comes back per field
// (fault.Invalid with Fields) while the rest of the struct is filled, so that a
// page can show the form again as it was typed. It hides the two encodings.
//
// Fields carry a tag `form:"name"`; text is trimmed unless the tag adds an
// option: `form:"text,body"` keeps the text as typed with line ends as "\n",
// `form:"password,exact"` keeps every byte. Rules stand in `validate` tags.
package form

import (
	"errors"
	"mime"
	"net/http"
	"net/url"

	"portico/sync/fault"
	"portico/sync/valid"
)

// MaxText is how many bytes the text fields of one form may have together.
const MaxText = 1 << 20

// Decode reads an ordinary form (or a multipart one without files) into dst, a
// pointer to a struct, and checks its rules. Files that a multipart form brings
// are ignored.
func Decode(w http.ResponseWriter, r *http.Request, dst any) error {
	values, _, err := read(w, r, nil)
	if err != nil {
		return err
	}
	return Fill(values, dst)
}

// Query reads the query string of a page into dst with the same rules.
func Query(r *http.Request, dst any) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return unreadable("read the query", err)
	}
	return Fill(values, dst)
}

// Fill decodes values into dst, a pointer to a struct, and checks its rules.
func Fill(values url.Values, dst any) error {
	problems := assign(values, dst)
	if err := valid.Struct(dst); err != nil {
		fields := fault.Fields(err)
		if fields == nil {
			return err
		}
		for name, problem := range fields {
			if _, first := problems[name]; !first {
				problems[name] = problem
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	out := fault.New(fault.Invalid, "Please correct what is marked.")
	for name, problem := range problems {
		out.Field(name, problem)
	}
	return out
}

// read takes the body apart by its encoding.
func read(w http.ResponseWriter, r *http.Request, u *uploads) (url.Values, *uploads, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, u, unreadable("read the content type", err)
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		values, err := readPlain(w, r)
		return values, u, err
	case "multipart/form-data":
		if params["boundary"] == "" {
			return nil, u, unreadable("read the form", http.ErrMissingBoundary)
		}
		values, err := readParts(w, r, u)
		return values, u, err
	default:
		return nil, u, unreadable("read the form", http.ErrNotMultipart)
	}
}

func readPlain(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, MaxText)
	if err := r.ParseForm(); err != nil {
		var over *http.MaxBytesError
		if errors.As(err, &over) {
			return nil, tooMuchText()
		}
		return nil, unreadable("read the form", err)
	}
	return r.PostForm, nil
}

func tooMuchText() error {
	return fault.Newf(fault.TooLarge, "The text in one form may have at most %s in all. Send a longer text as a file.", Bytes(MaxText))
}

func unreadable(op string, err error) error {
	return fault.New(fault.Invalid, "The form could not be read. Go back and send it again.").Because(op, err)
}
