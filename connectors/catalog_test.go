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

func TestNoTwoConnectorsShareAnID(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range connectors.Catalog() {
		id := c.Spec().ID
		if id == "" || seen[id] {
			t.Errorf("the id %q is empty or taken", id)
		}
		seen[id] = true
	}
}
