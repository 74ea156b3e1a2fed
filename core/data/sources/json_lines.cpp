// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/formats/cell.h"
#include "core/data/formats/gzip.h"
#include "core/data/formats/json_lines_reader.h"
#include "core/data/streams/file_stream.h"

namespace core::data::sources::json_lines {

namespace {

struct Spec {
    std::string path;
    std::string timeFreq = "D";
    std::vector<std::string> categorical;
    std::int64_t maxCategories = 50;
};

class JsonLines final : public Source {
public:
    explicit JsonLines(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a JSON Lines file"};
        CORE_TRY(text, readPlainOrGzip(m_spec.path, std::size_t(1) << 32));
        return parse(std::move(text), 1, request);
    }

    base::Result<std::shared_ptr<const RowStream>> stream(const SourceRequest& request) const override
    {
        CORE_TRY(head, base::readHead(m_spec.path, headBytes));
        const bool list = trimmed(head.substr(0, head.find_first_not_of(" \t\r\n\xef\xbb\xbf") + 1)).ends_with('[');
        if (isGzip(head) || list)
            return std::shared_ptr<const RowStream>();
        // A series is one line and many rows.
        if (const auto first = readJsonLines(head.substr(0, head.find('\n')), m_spec.path, "", {.maxRows = 1});
            !first || !first->series.empty())
            return std::shared_ptr<const RowStream>();
        return lineStream(m_spec.path, *this, &JsonLines::parse, request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return looksLikeJsonLines(head) || (!head.empty() && std::filesystem::path(path).extension() == ".jsonl");
    }

private:
    static constexpr std::size_t headBytes = 1 << 20;

    Spec m_spec;

    base::Result<Loaded> parse(std::string text, std::int64_t firstLine, const SourceRequest& request) const
    {
        JsonLinesOptions options{.hints = request.hints, .firstLine = firstLine, .frequency = m_spec.timeFreq};
        options.hints.asText.insert(options.hints.asText.end(), m_spec.categorical.begin(), m_spec.categorical.end());
        if (request.data.rows && !request.like)
            options.maxRows = *request.data.rows;
        std::filesystem::path name = std::filesystem::path(m_spec.path).filename();
        if (name.extension() == ".gz")
            name.replace_extension();
        CORE_TRY(table, readJsonLines(std::move(text), m_spec.path, name.stem().string(), options));
        table.maxCategories = m_spec.maxCategories;
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<JsonLines>(
        "json_lines", "JSON Lines file",
        "Records, one JSON object a line or all in one list. Series in the form of DeepAR (start, target, cat, "
        "dynamic_feat) become one row a step.",
        base::Fields<Spec>{}
            .add("path", &Spec::path, base::Path{},
                 {"The file, relative to the experiment file; may be packed with gzip."})
            .add("time_freq", &Spec::timeFreq, base::Text{},
                 {"From one step of a DeepAR series to the next: M, W, D, H or min, with a number before it (15min). "
                  "The file does not say."})
            .add("categorical", &Spec::categorical, std::make_shared<const base::List>(base::List{base::Text{}}),
                 {"Keys whose numbers are names of things, such as codes and postal districts."})
            .add("max_categories", &Spec::maxCategories, base::Int{2, 10'000},
                 {"A text column with more different values is left out, since it rather names rows than kinds.",
                  {},
                  "Useful columns are left out.",
                  "Many columns of nearly nothing but zeros."}));
}

}
