package record

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// CustomType says what the values of a custom field are.
type CustomType string

// Types of custom fields. "" is one that the source does not tell.
const (
	CustomText   CustomType = "text"
	CustomNumber CustomType = "number"
	CustomMoney  CustomType = "money" // a decimal, a space and a currency; or the decimal alone
	CustomDate   CustomType = "date"  // 2006-01-02
	CustomTime   CustomType = "time"  // RFC 3339
	CustomYesNo  CustomType = "yesno" // true or false
	CustomOne    CustomType = "one"   // one of a list
	CustomMany   CustomType = "many"  // several of a list
)

// CustomTypes are all of them, in the order in which they are named to people.
var CustomTypes = []CustomType{CustomText, CustomNumber, CustomMoney, CustomDate, CustomTime, CustomYesNo, CustomOne, CustomMany}

// CustomKinds are the kinds whose pages show custom fields.
var CustomKinds = []Kind{KindTicket, KindAsset, KindInvoice, KindQuote, KindContract, KindProject, KindEvent}

// Custom is what a record has in a field that only its tenant has. The values are
// text in the form of their type; what the source has in another form stands as it is.
type Custom struct {
	ID     string     `json:"id"`              // the source's own, stable while labels change
	Label  string     `json:"label,omitempty"` // the source's own; "" when it does not tell
	Type   CustomType `json:"type,omitempty"`
	Values []string   `json:"values"`
}

// CustomField is a custom field of a connection, and what an administrator decided
// about it.
type CustomField struct {
	Kind  Kind
	ID    string // as in Custom
	Label string // the source's own
	Type  CustomType
	Name  string // as people here read it; "" is the label
	Shown Audience
	Order int // the smaller first; then by name
}

// Called is what people here read.
func (f CustomField) Called() string {
	switch {
	case f.Name != "":
		return f.Name
	case f.Label != "":
		return f.Label
	default:
		return f.ID
	}
}

// Audience says who is shown something.
type Audience string

// Audiences. What nobody has decided about is hidden.
const (
	ShownNobody  Audience = "hidden"
	ShownStaff   Audience = "staff"
	ShownClients Audience = "clients" // and staff
)

// Extra is a custom field of a record as a page shows it.
type Extra struct {
	ID     string
	Label  string // as people here read it
	Type   CustomType
	Values []string
	Staff  bool // clients are not shown it
}

// What is kept of a record's custom fields at most.
const (
	MostCustom      = 200
	MostCustomText  = 4000     // characters of a value
	MostCustomBytes = 64 << 10 // of all values of a record
	mostCustomName  = 200      // bytes of an id or a label
)

// Trim leaves of a record's custom fields what is kept: each once, with a value,
// and no more than there is room for. It says what was left out, or "".
func Trim(list []Custom) (kept []Custom, why string) {
	if len(list) == 0 {
		return nil, ""
	}
	seen := make(map[string]bool, min(len(list), MostCustom))
	room, given, cut := MostCustomBytes, 0, 0
	for _, c := range list {
		if c = tidied(c); len(c.Values) == 0 || seen[c.ID] || c.ID == "" {
			continue
		}
		given++
		seen[c.ID] = true
		if len(kept) == MostCustom {
			continue
		}
		was := len(c.Values)
		if fit(&c, &room) || len(c.Values) < was {
			cut++
		}
		if len(c.Values) > 0 {
			kept = append(kept, c)
		}
	}
	switch {
	case len(kept) < given:
		why = fmt.Sprintf("It has %d custom fields; %d of them are kept (at most %d, with %d KiB in all). The rest of the record is kept whole.",
			given, len(kept), MostCustom, MostCustomBytes>>10)
	case cut > 0:
		why = fmt.Sprintf("%d of its custom fields are too long and were cut (at most %d characters a value, %d KiB in all). The rest of the record is kept whole.",
			cut, MostCustomText, MostCustomBytes>>10)
	}
	return kept, why
}

// tidied is a field as it is kept; an id that is too long is none.
func tidied(c Custom) Custom {
	if c.ID = legible(c.ID); len(c.ID) > mostCustomName {
		c.ID = ""
	}
	c.Label = legible(c.Label)
	for len(c.Label) > mostCustomName {
		_, last := utf8.DecodeLastRuneInString(c.Label)
		c.Label = c.Label[:len(c.Label)-last]
	}
	var values []string
	for _, v := range c.Values {
		if v = legible(v); v != "" {
			values = append(values, v)
		}
	}
	c.Values = values
	return c
}

// legible drops what no database accepts, and the space around it.
func legible(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", ""))
}

// fit shortens the values to what there is room for and says whether it did.
func fit(c *Custom, room *int) (cut bool) {
	for i, v := range c.Values {
		if len(v) > MostCustomText && utf8.RuneCountInString(v) > MostCustomText {
			v, cut = string([]rune(v)[:MostCustomText]), true
		}
		if len(v) > *room {
			c.Values = c.Values[:i]
			return true
		}
		c.Values[i] = v
		*room -= len(v)
	}
	return cut
}

// EncodeCustom is how the custom fields of a record are stored: an object of values
// by id. What a field is called stands with the connection.
func EncodeCustom(list []Custom) []byte {
	if len(list) == 0 {
		return nil
	}
	object := make(map[string][]string, len(list))
	for _, c := range list {
		object[c.ID] = c.Values
	}
	data, err := json.Marshal(object)
	if err != nil { // texts
		panic("encode custom fields: " + err.Error())
	}
	return data
}

// DecodeCustom reads what EncodeCustom wrote: values by id.
func DecodeCustom(data []byte) (map[string][]string, error) {
	var object map[string][]string
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("decode custom fields: %w", err)
	}
	return object, nil
}

// layouts are the ways in which sources write a moment, beside RFC 3339.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

// CustomMoment reads a value of the type date or time; what has no zone is UTC.
func CustomMoment(value string) (time.Time, bool) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, value); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// CustomYes reads a value of the type yesno in the spellings that sources have.
func CustomYes(value string) (yes, ok bool) {
	switch strings.ToLower(value) {
	case "true", "yes", "y", "1", "on":
		return true, true
	case "false", "no", "n", "0", "off":
		return false, true
	default:
		return false, false
	}
}
