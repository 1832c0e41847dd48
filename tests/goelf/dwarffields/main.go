// dwarffields BINARY: "TYPE\tFIELD\tOFFSET" for each field of each struct whose name is not
// used twice, out of DWARF; what goelf must find without it.
package main

import (
	"bufio"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"os"
)

func main() {
	f, err := elf.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	d, err := f.DWARF()
	if err != nil {
		panic(err)
	}
	types := map[string][]*dwarf.StructType{}
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			panic(err)
		}
		if e == nil {
			break
		}
		if e.Tag != dwarf.TagStructType {
			continue
		}
		r.SkipChildren()
		if t, err := d.Type(e.Offset); err == nil {
			st := t.(*dwarf.StructType)
			types[st.StructName] = append(types[st.StructName], st)
		}
	}
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for name, list := range types {
		if len(list) > 1 {
			continue
		}
		for _, fl := range list[0].Field {
			fmt.Fprintf(w, "%s\t%s\t%d\n", name, fl.Name, fl.ByteOffset)
		}
	}
}
