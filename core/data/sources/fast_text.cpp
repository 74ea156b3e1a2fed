// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/formats/column_builder.h"
#include "core/data/formats/fast_text_reader.h"
#include "core/data/formats/gzip.h"
#include "core/data/streams/file_stream.h"
#include "core/data/tables/number_set.h"

namespace core::data::sources::fast_text {

namespace {

struct Spec {
    std::string path;
    std::string prefix = "__label__";
};

class FastText final : public Source {
public:
    explicit FastText(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a text for fastText"};
        if (m_spec.prefix.empty())
            return base::Error{base::ErrorKind::Spec, "labels need something before them", "/data/source/prefix",
                               "Write __label__"};
        CORE_TRY(text, readPlainOrGzip(m_spec.path, std::size_t(1) << 32));
        return parse(std::move(text), 1, request);
    }

    base::Result<std::shared_ptr<const RowStream>> stream(const SourceRequest& request) const override
    {
        CORE_TRY(head, base::readHead(m_spec.path, 2));
        if (isGzip(head))
            return std::shared_ptr<const RowStream>();
        return lineStream(m_spec.path, *this, &FastText::parse, request);
    }

    bool recognises(const std::string&, std::string_view head) const override { return looksLikeFastText(head); }

private:
    Spec m_spec;

    base::Result<Loaded> parse(std::string text, std::int64_t firstLine, const SourceRequest& request) const
    {
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        CORE_TRY(rows, readFastText(std::move(text), m_spec.path, m_spec.prefix,
                                    request.like ? most : request.data.rows.value_or(most), firstLine));
        Loaded loaded;
        loaded.where = m_spec.path;
        loaded.info.name = std::filesystem::path(m_spec.path).stem().string();
        loaded.info.modality = Modality::Text;
        loaded.info.rows = std::int64_t(rows.size());
        std::vector<Sample> samples;
        std::vector<std::string> where;
        for (LabelledText& row : rows) {
            samples.push_back({.modality = Modality::Text, .text = std::move(row.text)});
            where.push_back(m_spec.path + ":" + std::to_string(row.line));
            loaded.lines.push_back(row.line);
        }
        loaded.samples = heldSamples(std::move(samples), std::move(where));
        if (!request.like)
            CORE_CHECK(takeLabels(rows, loaded, request));
        return loaded;
    }

    base::Status takeLabels(const std::vector<LabelledText>& rows, Loaded& loaded, const SourceRequest& request) const
    {
        ColumnBuilder labels("label");
        Problem several{.kind = "several_labels", .column = "label"}, none{.kind = "missing_values", .column = "label"};
        const auto note = [](Problem& problem, std::int64_t row) {
            if (++problem.count <= 10)
                problem.rows.push_back(row);
        };
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if (rows[row].labels.empty())
                note(none, std::int64_t(row));
            else
                labels.text(std::int64_t(row), rows[row].labels.front());
            if (rows[row].labels.size() > 1)
                note(several, std::int64_t(row));
        }
        if (none.count == std::int64_t(rows.size()))
            return base::Error{base::ErrorKind::Data, "has no label", m_spec.path,
                               "Write " + m_spec.prefix + "name before the words of each line"};
        several.message = std::to_string(several.count) + " texts have several labels, of which the first is taken";
        several.remedy = "Give each text one label, or repeat it";
        none.message = std::to_string(none.count) + " texts have no label and are in no part";
        none.remedy = "Label them";
        for (Problem* problem : {&several, &none})
            if (problem->count > 0)
                loaded.problems.push_back(std::move(*problem));
        SourceRequest classes{request.data};
        classes.data.task = "classification";
        return takeTargets(std::move(labels).finish(std::int64_t(rows.size()), {.asText = {"label"}}), loaded, classes);
    }
};

}

void enroll(Sources& all)
{
    all.add<FastText>("fast_text", "Text for fastText",
                      "One text a line with its label before it, as fastText and BlazingText take it: __label__good "
                      "what a day.",
                      base::Fields<Spec>{}
                          .add("path", &Spec::path, base::Path{},
                               {"The file, relative to the experiment file; may be packed with gzip."})
                          .add("prefix", &Spec::prefix, base::Text{}, {"What stands before a label's name."}));
}

}
