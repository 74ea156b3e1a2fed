// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/fast_text_reader.h"
#include "core/data/formats/json_lines_reader.h"
#include "core/data/formats/libsvm_reader.h"
#include "core/data/source.h"

#include <filesystem>
#include <memory>

namespace core::data::sources::csv {

namespace {

struct Spec {
    std::string path;
    std::string delimiter = "auto";
    std::string header = "auto";
    std::vector<std::string> categorical;
    std::int64_t maxCategories = 50;
};

class Csv final : public Source {
public:
    explicit Csv(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a CSV file"};
        CsvOptions options;
        if (m_spec.delimiter != "auto")
            options.delimiter = m_spec.delimiter == "tab" ? '\t' : m_spec.delimiter.front();
        if (m_spec.header != "auto")
            options.header = m_spec.header == "yes";
        if (request.data.rows && !request.like)
            options.maxRows = std::size_t(*request.data.rows);
        options.hints = request.hints;
        options.hints.asText.insert(options.hints.asText.end(), m_spec.categorical.begin(), m_spec.categorical.end());
        CORE_TRY(table, readCsvFile(m_spec.path, options));
        table.name = stem();
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        loaded.table->maxCategories = m_spec.maxCategories;
        return loaded;
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        std::filesystem::path name(path);
        if (name.extension() == ".gz")
            name.replace_extension();
        const std::string extension = name.extension().string();
        if (extension == ".csv" || extension == ".tsv")
            return head.find('\0') == head.npos || head.starts_with("\xff\xfe");
        // These have commas too.
        return looksLikeCsv(head) && !looksLikeJsonLines(head) && !looksLikeFastText(head) && !looksLikeLibsvm(head);
    }

private:
    Spec m_spec;

    std::string stem() const
    {
        std::filesystem::path name = std::filesystem::path(m_spec.path).filename();
        if (name.extension() == ".gz")
            name.replace_extension();
        return name.stem().string();
    }
};

}

void enroll(Sources& all)
{
    all.add<Csv>(
        "csv", "CSV file",
        "A table as text, one row a line. Columns of text become columns of 0 and 1, one for each value; a column of "
        "dates "
        "orders the rows.",
        base::Fields<Spec>{}
            .add("path", &Spec::path, base::Path{},
                 {"The file, relative to the experiment file; may be packed with gzip."})
            .add("delimiter", &Spec::delimiter, base::Choice{{"auto", ",", ";", "tab", "|"}},
                 {"What stands between cells. auto takes what cuts the first lines into rows of one width. With "
                  "semicolons, "
                  "numbers may have a decimal comma."})
            .add("header", &Spec::header, base::Choice{{"auto", "yes", "no"}},
                 {"Whether the first line names the columns. auto: yes if it holds no number."})
            .add("categorical", &Spec::categorical, std::make_shared<const base::List>(base::List{base::Text{}}),
                 {"Columns whose numbers are names of things, such as codes and postal districts."})
            .add("max_categories", &Spec::maxCategories, base::Int{2, 10'000},
                 {"A text column with more different values is left out, since it rather names rows than kinds.",
                  {},
                  "Useful columns are left out.",
                  "Many columns of nearly nothing but zeros."}));
}

}
