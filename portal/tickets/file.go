package tickets

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// File serves the bytes of an attachment: GET /a/{account}/files/{attachment}.
// What a file says it is counts for nothing: it is saved, never shown, and a
// browser that shows it all the same runs nothing in it.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := record.ParseID(r.PathValue("attachment"))
	if err != nil {
		return notHere()
	}
	d, err := p.o.Records.AttachmentOf(r.Context(), s, s.Account(), id)
	if err != nil {
		return err
	}
	body, ok := d.Body.(record.Attachment)
	if !ok {
		return fault.New(fault.Internal, "").Because("read attachment", errBody)
	}
	content, size, err := p.o.Files.OpenAttachment(r.Context(), s, d)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // read to its end or given up: nothing to save
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(body.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	if size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(size, 10))
	}
	if r.Method == http.MethodHead {
		return nil
	}
	_, err = io.Copy(w, content)
	return fault.Wrap(fault.Unavailable, "send attachment", err)
}

// disposition names a download (RFC 6266): plain names as they are, others in
// UTF-8 by RFC 8187. A name leads nowhere and hides nothing.
func disposition(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '/' || r == '\\' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return '_'
		default:
			return r
		}
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimLeft(clip(name, 200), ". ")
	if name == "" {
		name = "file"
	}
	if out := mime.FormatMediaType("attachment", map[string]string{"filename": name}); out != "" {
		return out
	}
	return "attachment"
}
