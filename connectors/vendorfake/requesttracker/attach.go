package requesttracker

import (
	"fmt"
	"slices"
	"strings"
)

// attach stores the parts of a message: one part, or a multipart head with the
// text and the files below it.
func (f *Fake) attach(tx *transaction, subject string, b text, files []File) {
	part := attachment{Transaction: tx.ID, Creator: tx.Creator, Created: tx.Created}
	head := part
	head.Subject, head.MessageID = subject, f.messageID(tx)
	if len(files) == 0 {
		if b.content != "" || tx.Type != "Create" {
			head.ContentType, head.Content = b.contentType, []byte(b.content)
			f.store(head)
		}
		return
	}
	head.ContentType = "multipart/mixed"
	part.Parent = f.store(head)
	if b.content != "" {
		words := part
		words.ContentType, words.Content = b.contentType, []byte(b.content)
		f.store(words)
	}
	for _, file := range files {
		bytes := part
		bytes.Filename, bytes.ContentType, bytes.Content = file.Name, file.Type, slices.Clone(file.Content)
		f.store(bytes)
	}
}

// store keeps a part with the headers that the original would show.
func (f *Fake) store(a attachment) int {
	a.ID = f.db.NextAttachment
	f.db.NextAttachment++
	disposition, kind := "inline", a.ContentType
	if a.Filename != "" {
		disposition += fmt.Sprintf("; filename=%q", a.Filename)
		kind += fmt.Sprintf("; name=%q", a.Filename)
	} else if strings.HasPrefix(kind, "text/") {
		kind += `; charset="utf-8"`
	}
	a.Headers = fmt.Sprintf("MIME-Version: 1.0\nX-RT-Interface: REST\nContent-Disposition: %s\nContent-Type: %s\nContent-Length: %d",
		disposition, kind, len(a.Content))
	f.db.Attachments = append(f.db.Attachments, &a)
	f.parts[a.Transaction] = append(f.parts[a.Transaction], &a)
	return a.ID
}

func (f *Fake) messageID(tx *transaction) string {
	return fmt.Sprintf("rt-fake-%d.%d@%s", tx.ID, tx.ObjectID, f.opts.Organization)
}

// mailAfter notes the mails that the original sends after a message, each a
// transaction of its own with its own copy of the text: public ones to the
// requestors and copies, private ones to the staff's copies.
func (f *Fake) mailAfter(t *ticket, after *transaction) {
	kind, to := "EmailRecord", slices.Concat(t.Requestor, t.Cc)
	if after.Type == "Comment" {
		kind, to = "CommentEmailRecord", t.AdminCc
	}
	to = slices.DeleteFunc(to, func(name string) bool { return name == after.Creator && after.Type != "Create" })
	if len(to) == 0 {
		return
	}
	parts := f.parts[after.ID]
	mail := f.record(transaction{
		ObjectType: onTicket, ObjectID: t.ID, Type: kind, Creator: system, Created: after.Created,
		Data: "<" + f.messageID(after) + ">",
	})
	head := attachment{Transaction: mail.ID, Creator: system, Created: mail.Created, ContentType: "multipart/alternative",
		Subject: fmt.Sprintf("[%s #%d] %s", f.opts.Organization, t.ID, t.Subject), MessageID: f.messageID(mail)}
	copied := attachment{Transaction: mail.ID, Creator: system, Created: mail.Created, Parent: f.store(head)}
	for _, p := range parts {
		if strings.HasPrefix(p.ContentType, "text/") && p.Filename == "" {
			copied.ContentType, copied.Content = p.ContentType, slices.Clone(p.Content)
			f.store(copied)
		}
	}
}
