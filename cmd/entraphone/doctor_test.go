package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim"
)

// doctorOn is what doctor prints on a day, whose dates depend on it.
func doctorOn(t *testing.T, day string, args ...string) (code int, out string) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(at(t, day+"T10:00:00Z")))
		code, out = runHere(t.Context(), "", append([]string{"doctor", "--simulate"}, args...)...)
	})
	return code, out
}

func TestDoctorOnAScreen(t *testing.T) {
	const want = `ok           endpoint    the simulator answers
ok           clock       agrees with Graph's
ok           sign-in     app simulated, tenant
                         06dfe12b-351b-5f03-891d-ef4b83bd6de3
ok           permission  UserAuthMethod-Phone.ReadWrite.All
ok           read        the first user listed has no mobile
ok           batch       two reads in one request
ok           sms         on for all users
ok           voice       on for all users
ok           office      office phones are allowed
warning      retirement  Microsoft's own SMS and calls end on 2027-02-01 (in 66
                         days); they end on 2027-07-01 (in 216 days) for Global
                         Administrators and external users
                         to do: set up a telephony provider of the tenant's own,
                         or plan to do without phones
`
	if code, out := doctorOn(t, "2026-11-27", "--directory", "../../samples/directory.csv"); code != exitDone || out != want {
		t.Errorf("exit code %d, and it prints\n%s\nwant\n%s", code, out, want)
	}
}

// A service that is throttled, slow or loses answers is none that lacks something.
// Whatever is found fits a screen.
func TestDoctorInEveryScenario(t *testing.T) {
	for _, name := range graphsim.ScenarioNames() {
		code, out := doctorOn(t, "2027-08-01", "--scenario", name, "--user", "mia@example.com")
		if code != exitDone || strings.Contains(out, string(missingState)) || !strings.Contains(out, "ended on 2027-07-01") {
			t.Errorf("%s: exit code %d\n%s", name, code, out)
		}
		for line := range strings.Lines(out) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > columns {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
	}
}
