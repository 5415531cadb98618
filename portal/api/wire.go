package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"portico/sync/fault"
)

// Limits of what a program may send.
const (
	maxBody  = 256 << 10 // bytes, where the door names no other limit
	maxDepth = 16        // of nested objects and lists
)

// refusal is a fault with a status and a code of its own.
type refusal struct {
	status int
	code   string
	err    error
}

func refuse(status int, code string, err error) error { return &refusal{status, code, err} }

// Error is for the log.
func (r *refusal) Error() string { return r.err.Error() }

// Unwrap gives the fault.
func (r *refusal) Unwrap() error { return r.err }

// Status is the HTTP status, see session.Gate.Fail.
func (r *refusal) Status() int { return r.status }

// Code tells programs what it is.
func (r *refusal) Code() string { return r.code }

// bodyOf reads what a program sends, as a whole.
func bodyOf(w http.ResponseWriter, r *http.Request, d Door) ([]byte, error) {
	if r.URL.RawQuery != "" {
		return nil, refuse(http.StatusBadRequest, "query_not_taken", fault.New(fault.Invalid, "This takes nothing behind the question mark."))
	}
	limit := int64(maxBody)
	if d.Most > 0 {
		limit = d.Most
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, fault.Newf(fault.TooLarge, "A request may have at most %d bytes.", limit)
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "body_unreadable", fault.New(fault.Invalid, "The request could not be read to its end.").Because("read the body", err))
	case d.In == nil && len(body) > 0 && !bytes.Equal(bytes.TrimSpace(body), []byte("{}")):
		return nil, refuse(http.StatusBadRequest, "body_not_taken", fault.New(fault.Invalid, "This takes no body."))
	case d.In == nil:
		return nil, nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		w.Header().Set("Accept", "application/json")
		return nil, refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", fault.New(fault.Invalid, "Send JSON: Content-Type: application/json."))
	}
	return body, nil
}

// hashOf is what makes two requests the same.
func hashOf(r *http.Request, body []byte) string {
	h := sha256.New()
	for _, part := range []string{r.Method, r.URL.Path} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// read decodes the body into dst. Fields that are not known are refused: a
// misspelled one would be silently without effect.
func (c Caller) read(dst any) error {
	if !utf8.Valid(c.body) {
		return badJSON("It is not UTF-8.")
	}
	if err := shallow(c.body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(dst); err != nil {
		return undecoded(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badJSON("Something follows the object.")
	}
	return nil
}

// shallow refuses what is nested deeper than anything that is taken.
func shallow(body []byte) error {
	depth := 0
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return undecoded(err)
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return badJSON("It is nested too deeply.")
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

func undecoded(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return fault.New(fault.Invalid, "Please correct what is named.").Field(kind.Field, "This is not a "+kindOf(kind.Type.String())+".").Because("decode the body", err)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name, _ = strconv.Unquote(name)
		return fault.New(fault.Invalid, "A field is not known.").Field(name, "There is no such field.").Because("decode the body", err)
	}
	return badJSON("It is not a JSON object of this kind.")
}

func kindOf(goType string) string {
	switch {
	case strings.HasPrefix(goType, "int"):
		return "whole number"
	case goType == "bool":
		return "true or false"
	case goType == "[]uint8":
		return "text in base64"
	case strings.HasPrefix(goType, "[]"):
		return "list"
	case strings.HasPrefix(goType, "map"):
		return "object"
	default:
		return "text"
	}
}

func badJSON(why string) error {
	return refuse(http.StatusBadRequest, "malformed_json", fault.New(fault.Invalid, "The body could not be read. "+why))
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

func encode(out any) ([]byte, error) {
	if out == nil {
		return nil, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(out)
	return b.Bytes(), fault.Wrap(fault.Internal, "encode the answer", err)
}

func write(w http.ResponseWriter, status int, out any) error {
	body, err := encode(out)
	if err != nil {
		return err
	}
	return send(w, status, body)
}

func send(w http.ResponseWriter, status int, body []byte) error {
	if len(body) > 0 {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader is gone if this fails
	return nil
}
