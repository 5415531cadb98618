package csvfolder

import (
	"time"

	"portico/sync/record"
	"portico/sync/remote"
)

// Names of settings.
const (
	fieldFolder   = "folder"
	fieldZone     = "zone"
	fieldExpected = "expected"
	fieldMarker   = "marker"
	layoutPrefix  = "layout."
)

// Choices of fieldMarker.
const (
	markerNone = "when it has not changed for a minute"
	markerDone = "when a file of its name with .done lies beside it"
)

// lasts is how long facts of a file count as current, by how often a new one is expected.
var lasts = map[string]time.Duration{
	"every hour": 3 * time.Hour, "every day": 30 * time.Hour, "every week": 8 * 24 * time.Hour, "every month": 33 * 24 * time.Hour,
}

const usual = "every day"

// How often the folder is looked at, and how often what is gone from a whole file is looked for.
const (
	every  = 2 * time.Minute
	census = time.Hour
)

// Spec implements remote.Connector.
func (Connector) Spec() remote.Spec {
	s := remote.Spec{
		ID: "csvfolder", Name: "CSV drop folder", Category: "files", Color: "#4d5a2a", Local: true, Tabular: true,
		Description: "Companies, contacts, requests, devices, invoices, contracts, projects and documents from CSV files that another program puts " +
			"into a folder of this machine. You say what the columns mean. It only reads: clients see what the files hold and cannot answer, close or pay through it.",
		Fields: []remote.Field{
			{Name: fieldFolder, Label: "Folder", Type: remote.TextField, Required: true,
				Help: "Its name below the folder that the configuration allows (connectors.drop), for example lexware or exports/erp."},
			{Name: fieldExpected, Label: "A new file comes", Type: remote.ChoiceField, Required: true, Default: usual, Choices: []string{"every hour", "every day", "every week", "every month"},
				Help: "After that, and a little more, clients read that what they see may be out of date."},
			{Name: fieldMarker, Label: "A file is ready", Type: remote.ChoiceField, Required: true, Default: markerNone, Choices: []string{markerNone, markerDone},
				Help: "contacts.csv.done says that contacts.csv is whole. Names that begin with a dot or end in .part, .tmp or .filepart are never read."},
			{Name: fieldZone, Label: "Time zone", Type: remote.TextField, Required: true, Default: "UTC",
				Help: "In which times without a zone are written, by its IANA name: Europe/Berlin."},
		},
	}
	for _, k := range kinds {
		s.Streams = append(s.Streams, k.stream(usual, false))
		s.Fields = append(s.Fields, remote.Field{Name: layoutPrefix + k.name, Label: "Columns of " + k.name, Type: remote.TextField, Learned: true})
	}
	return s
}

// StreamsOf implements remote.Tailored: what somebody has explained.
func (Connector) StreamsOf(settings map[string]string) []remote.Stream {
	var out []remote.Stream
	for _, k := range kinds {
		if l, err := layoutOf(settings, k); err == nil && l != nil {
			out = append(out, k.stream(settings[fieldExpected], l.Increment))
		}
	}
	return out
}

// stream describes a table. Only where a file is all that there is can something be
// missing from it.
func (k *kind) stream(expected string, increment bool) remote.Stream {
	fresh, ok := lasts[expected]
	if !ok {
		fresh = lasts[usual]
	}
	st := remote.Stream{Name: k.name, Kinds: []record.Kind{k.kind}, Every: every, FreshFor: fresh, Incremental: true}
	if !increment {
		st.Census, st.Sweep = census, true
	}
	return st
}
