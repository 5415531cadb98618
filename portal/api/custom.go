package api

import "portico/sync/record"

// Custom is a field that only this provider's system has, as clients are shown it.
type Custom struct {
	ID     string   `json:"id" doc:"The source's own id of the field; it stays while people rename it."`
	Name   string   `json:"name" doc:"As people read it."`
	Type   string   `json:"type,omitempty" enum:"text,number,money,date,time,yesno,one,many" doc:"What the values are; missing when the source does not tell."`
	Values []string `json:"values" doc:"Text in the form of the type; what the source has in another form stands as it is."`
}

// Customs are the custom fields of a record that is read by itself.
type Customs struct {
	Custom []Custom `json:"custom,omitempty" doc:"The custom fields that clients are shown, when the record is read by itself; lists do not have them."`
}

func customsOf(d record.Detail) Customs {
	var out Customs
	for _, e := range d.Custom {
		out.Custom = append(out.Custom, Custom{ID: e.ID, Name: e.Label, Type: string(e.Type), Values: e.Values})
	}
	return out
}
