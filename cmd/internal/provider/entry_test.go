package provider_test

import (
	"testing"
	"time"

	"portico/portal/admin/settings"
	"portico/sync/fault"
)

func TestWhatIsAskedOfStaffHoldsInEveryProcessWithinSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := w.admin(t, "Amara")
	here, there := w.process(t), w.process(t)
	if here.StaffSecondStep(t.Context()) || there.StaffSecondStep(t.Context()) {
		t.Error("asked by default")
	}
	must(t, here.SaveEntry(t.Context(), amara, settings.EntryChange{Entry: settings.Entry{StaffSecondStep: true}}))
	if !here.StaffSecondStep(t.Context()) {
		t.Error("not asked in the process that saved it")
	}
	w.pass(2 * time.Second)
	if !there.StaffSecondStep(t.Context()) {
		t.Error("not asked in another process")
	}
	if s, err := there.Entry(t.Context()); err != nil || !s.Value.StaffSecondStep || s.Version != 1 || s.By != "Amara" {
		t.Errorf("%+v %v", s, err)
	}
	if err := there.SaveEntry(t.Context(), amara, settings.EntryChange{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("upon a version that is not the newest: %v", err)
	}
	w.away = true
	w.pass(time.Hour)
	if !there.StaffSecondStep(t.Context()) {
		t.Error("not asked while the database is away")
	}
}
