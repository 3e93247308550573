package submit

import (
	"fmt"
	"testing"
	"time"

	"entraphone/internal/authmethod"
)

// A channel that ends hands over as many lanes as there are, none twice, and while it
// does nobody else can take any: it must not take long.
func TestManyLanesMoveOn(t *testing.T) {
	const users = 300_000
	rows, lanes := new(authmethod.Rows), make([]authmethod.Lane, users)
	for i := range users {
		rows.Append(authmethod.Row{User: fmt.Sprintf("u%d@example.com", i), PhoneType: authmethod.PhoneTypeMobile})
		lanes[i] = authmethod.Lane{{Row: authmethod.RowNumber(i), Verb: authmethod.Create}}
	}
	q := newQueue(lanes, 3, rows, func(tasks authmethod.Lane) *lane { return &lane{tasks: tasks} })
	began := time.Now()
	if closed, passed := q.shut(0); closed || !passed {
		t.Errorf("shut = %t, %t", closed, passed)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("handing %d users over took %s", users/3, took)
	}
	seen := map[authmethod.RowNumber]bool{}
	for _, p := range q.parts {
		for _, tasks := range p.fresh {
			if seen[tasks[0].Row] {
				t.Fatalf("row %d is there twice", tasks[0].Row)
			}
			seen[tasks[0].Row] = true
		}
	}
	if len(seen) != users {
		t.Errorf("%d of %d users are left", len(seen), users)
	}
}
