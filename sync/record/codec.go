package record

import (
	"encoding/json"
	"fmt"
)

// DecodeBody reads the stored JSON of a body of the given kind.
func DecodeBody(kind Kind, data []byte) (Body, error) {
	switch kind {
	case KindAccount:
		return decode[Account](data)
	case KindContact:
		return decode[Contact](data)
	case KindTicket:
		return decode[Ticket](data)
	case KindComment:
		return decode[Comment](data)
	case KindAttachment:
		return decode[Attachment](data)
	case KindAsset:
		return decode[Asset](data)
	case KindInvoice:
		return decode[Invoice](data)
	case KindPayment:
		return decode[Payment](data)
	case KindQuote:
		return decode[Quote](data)
	case KindContract:
		return decode[Contract](data)
	case KindProject:
		return decode[Project](data)
	case KindDocument:
		return decode[Document](data)
	case KindEvent:
		return decode[Event](data)
	case KindTimeEntry:
		return decode[TimeEntry](data)
	default:
		return nil, fmt.Errorf("record kind %q is not known", kind)
	}
}

func decode[B Body](data []byte) (Body, error) {
	var b B
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("decode %s body: %w", b.Kind(), err)
	}
	return b, nil
}

// UnmarshalJSON reads a record whose body is of the kind that it names.
func (r *Record) UnmarshalJSON(data []byte) error {
	type plain Record
	raw := struct {
		*plain
		Body json.RawMessage `json:"body"`
	}{plain: (*plain)(r)}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	body, err := DecodeBody(r.Kind, raw.Body)
	r.Body = body
	return err
}
