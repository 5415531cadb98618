package tickets

import (
	"net/http"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// File serves the bytes of an attachment: GET /a/{account}/files/{attachment}.
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
	return ui.Download(w, r, body.Name, content, size)
}
