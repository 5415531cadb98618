package connectors_test

import (
	"testing"

	"portico/connectors"
)

func TestEveryBuiltInConnectorCompiles(t *testing.T) {
	t.Parallel()
	if len(connectors.Catalog()) == 0 {
		t.Fatal("the catalogue is empty")
	}
	if _, ok := connectors.Find("requesttracker"); !ok {
		t.Fatal("Request Tracker is missing")
	}
}
