package importfile

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// benchForm is a kind of file without anything wrong in it.
type benchForm int

const (
	narrowForm    benchForm = iota // as this program's own template
	wideForm                       // as exports of HR systems are, with a quoted cell in each line
	phonelessForm                  // the same, and nobody has a phone
)

func (form benchForm) String() string {
	return [...]string{"template, 4 columns", "export, 9 columns", "export without phones"}[form]
}

func writeBenchFile(t testing.TB, rows int, form benchForm) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "bench.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	defer w.Flush()
	if form == narrowForm {
		fmt.Fprintln(w, "userPrincipalName,phoneType,phoneNumber,country")
	} else {
		fmt.Fprintln(w, "Employee ID,First Name,Last Name,Full Name,Work Email,Mobile Phone,Department,Location,Country")
	}
	types := []string{"mobile", "office"}
	numbers := []string{"+1 206555%04d", "+44 207946%04d", "+33 63998%04d", "+49 30231%05d", "+46 84650%04d", "+353 2091%05d"}
	countries := []string{"US", "GB", "FR", "DE", "SE", "IE"}
	for i := range rows {
		number := fmt.Sprintf(numbers[i/2%len(numbers)], i%10000)
		country := countries[i/2%len(countries)]
		if form == narrowForm {
			fmt.Fprintf(w, "person%07d@example.com,%s,%s,%s\n", i/2, types[i%2], number, country)
			continue
		}
		if form == phonelessForm {
			number = ""
		}
		fmt.Fprintf(w, "%06d,Priya,Anand,\"Anand, Priya\",person.%07d@example.com,%s,Research and Development,Head Office North,%s\n",
			i, i, number, country)
	}
	return path
}

// readBenchFile reads all but the numbers: what is done with a number is left
// to each.
func readBenchFile(t testing.TB, path string, each func(number)) (rows int) {
	t.Helper()
	file, name, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := read(t.Context(), file, Options{Name: name}, each)
	if err != nil {
		t.Fatal(err)
	}
	return f.Rows.Len()
}

// countRecords is the least that anything in Go does to read the file.
func countRecords(t testing.TB, path string) int {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.ReuseRecord = true
	for n := -1; ; n++ { // without the heading
		if _, err := r.Read(); err == io.EOF {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	const rows = 100_000
	for _, form := range []benchForm{narrowForm, wideForm} {
		path := writeBenchFile(b, rows, form)
		run := func(name string, once func() int) {
			b.Run(fmt.Sprintf("%v/%s", form, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if got := once(); got != rows {
						b.Fatalf("%d rows, want %d", got, rows)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
			})
		}
		run("all", func() int { return readBenchFile(b, path, number.read) })
		run("without numbers", func() int { return readBenchFile(b, path, func(number) {}) })
		run("encoding csv", func() int { return countRecords(b, path) })
	}
}
