package main

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/graphsim"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// decided is a Recorder that keeps what became of the rows.
type decided map[authmethod.RowNumber]authmethod.Result

func (decided) Intent([]authmethod.Write) error { return nil }

func (d decided) Outcome(n authmethod.RowNumber, result authmethod.Result) error {
	d[n] = result
	return nil
}

// carried imports lanes into a simulator in virtual time and returns what became
// of the rows.
func carried(t *testing.T, sim *graphsim.Simulator, rows *authmethod.Rows, lanes []authmethod.Lane) decided {
	t.Helper()
	outcomes := decided{}
	s := &submit.Submitter{
		Config:   submit.Config{Workers: 4, BatchSize: 20, MaxAttempts: 6, GiveUpAfter: 30 * time.Minute, Grace: time.Second, KeepLast: true, Compare: phonenumber.Compare, Number: phonenumber.Shown, Jitter: func() float64 { return 0.5 }},
		Channels: []submit.Channel{{Sender: simClient(t, sim), Pacer: pace.New(18, func() float64 { return 0.5 })}}, Recorder: outcomes, Rows: rows,
	}
	if err := s.Run(context.Background(), lanes); err != nil {
		t.Error(err)
	}
	return outcomes
}

// Whatever a scenario does, and however late reads show what was written: what is
// called created stands there, what is called failed does not, and every row has an
// outcome. The same holds for taking it all away again.
func TestOutcomesAreTrueInEveryScenario(t *testing.T) {
	for _, name := range graphsim.ScenarioNames() {
		for _, lag := range []time.Duration{0, 8 * time.Second} {
			t.Run(fmt.Sprintf("%s, reads lag %s", name, lag), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { outcomesAreTrue(t, name, lag) })
			})
		}
	}
}

func outcomesAreTrue(t *testing.T, name string, lag time.Duration) {
	file, _ := graphsim.NamedScenario(name)
	defer file.Close()
	var config graphsim.Config
	if err := graphsim.ReadScenario(file, &config); err != nil {
		t.Fatal(err)
	}
	if lag > 0 {
		config.Assumed.ReadLag, config.Assumed.ReadFlicker = lag, true
	}
	sim, rows := graphsim.New(config), new(authmethod.Rows)
	for i := range 80 {
		for j, phoneType := range []authmethod.PhoneType{authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeMobile} {
			number, _ := authmethod.NewPhoneNumber(1, fmt.Sprintf("20655%05d", 2*i+j), "")
			rows.Append(authmethod.Row{Line: int32(2*i+j) + 2, User: fmt.Sprintf("u%02d@example.com", i), PhoneType: phoneType, Number: number})
		}
	}
	outcomes := carried(t, sim, rows, plan.Build(rows, plan.Policy{}).Lanes)
	if len(outcomes) != rows.Len() {
		t.Errorf("%d of %d rows have an outcome", len(outcomes), rows.Len())
	}
	there, other := new(authmethod.Rows), new(authmethod.Rows) // to be overwritten, and then taken away again
	for n, row := range rows.All() {
		stands := sim.Phones(row.User)[string(row.PhoneType)]
		switch result := outcomes[n]; result.Outcome {
		case authmethod.Created, authmethod.Unchanged:
			if stands != row.Number.Graph() {
				t.Errorf("line %d is %s, and %q stands there", row.Line, result.Outcome, stands)
			}
			again := *row
			again.Number, _ = authmethod.NewPhoneNumber(1, fmt.Sprintf("30655%05d", n), "")
			other.Append(again)
		case authmethod.Failed, authmethod.Dependency:
			if stands != "" {
				t.Errorf("line %d is %s (%s), and stands there", row.Line, result.Outcome, result.Message)
			}
		}
	}
	for n, result := range carried(t, sim, other, plan.Build(other, plan.Policy{Existing: authmethod.OverwriteExisting}).Lanes) {
		row := other.At(n)
		stands := sim.Phones(row.User)[string(row.PhoneType)]
		if updated := stands == row.Number.Graph(); result.Outcome == authmethod.Updated != updated && result.Outcome != authmethod.Unknown {
			t.Errorf("line %d is %s (%s), and %q stands there", row.Line, result.Outcome, result.Message, stands)
		}
		again := *row
		again.Action, again.Number = authmethod.Remove, authmethod.PhoneNumber{}
		there.Append(again)
	}
	for n, result := range carried(t, sim, there, plan.Build(there, plan.Policy{}).Lanes) {
		row := there.At(n)
		stands := sim.Phones(row.User)[string(row.PhoneType)]
		if result.Outcome == authmethod.Removed != (stands == "") && result.Outcome != authmethod.Unknown {
			t.Errorf("line %d is %s (%s), and %q stands there", row.Line, result.Outcome, result.Message, stands)
		}
		if last := result.Reason == authmethod.CodeLastMethod; row.PhoneType == authmethod.PhoneTypeMobile && result.Outcome == authmethod.Conflict != last {
			t.Errorf("line %d is %s (%s), want that the last method stays", row.Line, result.Outcome, result.Message)
		}
	}
	if stats := sim.Stats(); stats.OrderViolations > 0 || stats.Overlaps > 0 {
		t.Errorf("%d order violations, %d overlaps", stats.OrderViolations, stats.Overlaps)
	}
}
