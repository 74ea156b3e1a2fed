// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/formats/csv_form.h"
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/fast_text_reader.h"
#include "core/data/formats/gzip.h"
#include "core/data/formats/json_lines_reader.h"
#include "core/data/formats/libsvm_reader.h"
#include "core/data/streams/file_stream.h"
#include "core/data/tables/second_look.h"

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
        CORE_CHECK(named());
        CORE_TRY(table, readCsvFile(m_spec.path, options(request)));
        return loadedFrom(std::move(table), request);
    }

    base::Result<std::shared_ptr<const RowStream>> stream(const SourceRequest& request) const override
    {
        CORE_CHECK(named());
        CORE_TRY(head, base::readHead(m_spec.path, headBytes));
        // Rows of a file of another form are held: their bytes are not those of the file.
        const CsvOptions asked = options(request);
        if (isGzip(head) || isSpaced(head, asked.delimiter) || commentsOf(head, asked.delimiter, true).bytes > 0)
            return std::shared_ptr<const RowStream>();
        CORE_TRY(form, csvForm(head, m_spec.path, options(request)));
        return fileStream(
            m_spec.path, {.quotes = true, .delimiter = form.delimiter, .header = form.header},
            [self = *this, form](std::string text, std::int64_t line,
                                 const SourceRequest& asked) -> base::Result<Loaded> {
                CsvOptions here = self.options(asked);
                here.delimiter = form.delimiter;
                here.header = form.header;
                here.firstLine = line;
                CORE_TRY(table, readCsv(text, self.m_spec.path, here));
                return self.loadedFrom(std::move(table), asked);
            },
            request);
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
    static constexpr std::size_t headBytes = 1 << 18;

    Spec m_spec;

    base::Status named() const
    {
        return m_spec.path.empty() ? base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                                                 "Give the path of a CSV file"}
                                   : base::Status{};
    }

    CsvOptions options(const SourceRequest& request) const
    {
        CsvOptions options;
        if (m_spec.delimiter != "auto")
            options.delimiter = m_spec.delimiter == "tab"     ? '\t'
                                : m_spec.delimiter == "space" ? ' '
                                                              : m_spec.delimiter.front();
        if (m_spec.header != "auto")
            options.header = m_spec.header == "yes";
        if (request.data.rows && !request.like)
            options.maxRows = std::size_t(*request.data.rows);
        // Which texts are numbers is for the second look to say.
        options.hints.asText = asText(request);
        return options;
    }

    std::vector<std::string> asText(const SourceRequest& request) const
    {
        std::vector<std::string> names = request.hints.asText;
        names.insert(names.end(), m_spec.categorical.begin(), m_spec.categorical.end());
        return names;
    }

    Loaded loadedFrom(Table table, const SourceRequest& request) const
    {
        lookAgain(table, {asText(request), request.hints.asNumbers, request.hints.asTimes});
        table.name = stem();
        table.maxCategories = m_spec.maxCategories;
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        return loaded;
    }

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
            .add("delimiter", &Spec::delimiter, base::Choice{{"auto", ",", ";", "tab", "|", "space"}},
                 {"What stands between cells. auto takes what cuts the first lines into rows of one width. With "
                  "semicolons, numbers may have a decimal comma. space: one or several. Lines with # before the rows "
                  "are comments, the last of which may name the columns."})
            .add("header", &Spec::header, base::Choice{{"auto", "yes", "no"}},
                 {"Whether the first line names the columns. auto: yes if it holds no number, counts the columns from "
                  "0, or "
                  "has a word over numbers."})
            .add("categorical", &Spec::categorical, std::make_shared<const base::List>(base::List{base::Text{}}),
                 {"Columns whose numbers are names of things, such as codes and postal districts."})
            .add("max_categories", &Spec::maxCategories, base::Int{2, 10'000},
                 {"A text column with more different values is left out, since it rather names rows than kinds.",
                  {},
                  "Useful columns are left out.",
                  "Many columns of nearly nothing but zeros."}));
}

}
