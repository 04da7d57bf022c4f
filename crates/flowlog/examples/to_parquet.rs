//! Reads a file of records as text, its fields' names first, from standard input, and writes it in Parquet to standard output:
//! for tests that read it by other programs.

use flowlog::{Field, Format, ParquetFile};
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    if header == "?" {
        let names: Vec<_> =
            Field::ALL.iter().map(|field| format!("{} {:?}\n", field.name(), field.kind())).collect();
        return std::io::stdout().write_all(names.concat().as_bytes());
    }
    let format: Vec<_> = header.split(' ').map(|name| format!("${{{name}}}")).collect();
    let format: Format = format.join(" ").parse().expect("the first line names fields");
    let mut file = ParquetFile::new(&format);
    lines.for_each(|line| file.put(line));
    std::io::stdout().write_all(&file.finish())
}
