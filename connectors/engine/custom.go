package engine

import (
	"strings"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/record"
)

// custom reads the fields that only this tenant has. An entry that cannot be read
// is left out: it is never why a record is not seen.
func (m *mapper) custom(from *manifest.Custom) []record.Custom {
	list, err := m.frame.Eval(&from.Each)
	if err != nil {
		return nil
	}
	var out []record.Custom
	for one := range each(list) {
		if one.Kind() == tree.Nothing {
			continue
		}
		m.frame.Set(manifest.FieldAt, one)
		if f, ok := m.field(from); ok {
			out = append(out, f)
		}
	}
	m.frame.Set(manifest.FieldAt, tree.Value{})
	return out
}

func (m *mapper) field(from *manifest.Custom) (record.Custom, bool) {
	if keep, err := m.frame.Bool(&from.Keep); err != nil || !keep {
		return record.Custom{}, false
	}
	id, err := m.frame.Text(&from.ID)
	if err != nil || id == "" {
		return record.Custom{}, false
	}
	f := record.Custom{ID: id}
	f.Label, _ = m.frame.Text(&from.Label)
	said, _ := m.frame.Text(&from.Type)
	f.Type = manifest.TypeOf(said, from.Types)
	value, err := m.frame.Eval(&from.Value)
	if err != nil {
		return record.Custom{}, false
	}
	for v := range each(value) {
		if text := valueOf(v, f.Type); text != "" {
			f.Values = append(f.Values, text)
		}
	}
	if f.Type == record.CustomMoney && len(f.Values) > 0 {
		if currency, _ := m.frame.Text(&from.Currency); currency != "" {
			f.Values[0] += " " + currency
		}
	}
	return f, len(f.Values) > 0
}

// valueOf is a value in the form of its type, or as it stands when it has none.
func valueOf(v tree.Value, is record.CustomType) string {
	text, ok := v.Scalar()
	if !ok {
		return ""
	}
	text = strings.TrimSpace(clean(text))
	switch is {
	case record.CustomNumber, record.CustomMoney:
		if digits, ok := v.Digits(); ok {
			return digits
		}
	case record.CustomDate, record.CustomTime:
		return timeText(v, text, is)
	case record.CustomYesNo:
		switch yes, ok := record.CustomYes(text); {
		case !ok:
		case yes:
			return "true"
		default:
			return "false"
		}
	}
	return text
}

// timeText writes a day or a moment; a zone that is told counts.
func timeText(v tree.Value, text string, is record.CustomType) string {
	at, ok := record.CustomMoment(text)
	if v.Kind() == tree.Number {
		moment, err := timeOf(v)
		at, ok = moment, err == nil && !moment.IsZero()
	}
	switch {
	case !ok:
		return text
	case is == record.CustomDate:
		return at.Format("2006-01-02")
	default:
		return at.UTC().Format("2006-01-02T15:04:05Z07:00")
	}
}
