package connectors

import (
	"portico/connectors/native/caldav"
	"portico/connectors/native/csvfolder"
	"portico/connectors/native/tryton"
	"portico/sync/remote"
)

// native lists the connectors that are written in Go, in the order in which an
// administrator sees them after the manifests. Each is made once, with the catalogue.
var native = []func() remote.Connector{
	func() remote.Connector { return caldav.New() },
	func() remote.Connector { return tryton.New() },
	func() remote.Connector { return csvfolder.New() },
}
