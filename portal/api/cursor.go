package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"

	"portico/sync/fault"
)

// A cursor is where a list goes on, as the store says it, under a seal: it opens
// only the list, with the filters, of the key that it was given to.

const sealBytes = 16

// next returns the address of the page after this one; "" on the last.
func (a *API) next(r *http.Request, c Caller, inner string) string {
	if inner == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", base64.RawURLEncoding.EncodeToString(append(a.seal(r, c, inner), inner...)))
	return a.o.Base + r.URL.Path + "?" + q.Encode()
}

// after opens a cursor; "" for the first page.
func (a *API) after(r *http.Request, c Caller, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil && len(data) > sealBytes && hmac.Equal(data[:sealBytes], a.seal(r, c, string(data[sealBytes:]))) {
		return string(data[sealBytes:]), nil
	}
	return "", refuse(http.StatusBadRequest, "cursor_bad", fault.New(fault.Invalid, "This cursor does not belong to this list. Begin with the first page.").Field("cursor", "It does not belong to this list."))
}

// seal binds a place in a list to the key, the path and the filters.
func (a *API) seal(r *http.Request, c Caller, inner string) []byte {
	filters := url.Values{}
	for name, values := range r.URL.Query() {
		if name != "cursor" && name != "limit" {
			filters[name] = values
		}
	}
	h := hmac.New(sha256.New, a.o.CursorKey)
	for _, part := range []string{string(c.Key.ID), r.URL.Path, filters.Encode(), inner} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return h.Sum(nil)[:sealBytes]
}
