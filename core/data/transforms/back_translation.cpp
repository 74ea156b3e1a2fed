// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/ops/line_program.h"
#include "core/data/ops/text_cache.h"
#include "core/data/transform.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace core::data::transforms::back_translation {

namespace {

struct Spec {
    std::vector<std::string> command;
    double timeout = 60;
    bool cache = true;
    double p = 0.5;
};

/// The command gets one text a line on its standard input (UTF-8, line breaks in it made blanks) and answers with one
/// line on its standard output, flushed, for each: the text after a way to another language and back. It is started
/// once, without a shell, and keeps running; its standard error is left alone. Answers are kept on disk by command and
/// text, so that each text is translated once and a training repeats.
class BackTranslation final : public Transform {
public:
    explicit BackTranslation(Spec spec)
        : m_spec(std::move(spec)),
          m_program(m_spec.command, m_spec.timeout),
          m_cache(TextCache::ofUser("back-translation", keyOf(m_spec.command)))
    {
    }

    Works works() const override { return Works::Text; }

    std::string misfit(const DatasetInfo& info) const override
    {
        if (m_spec.command.empty())
            return "has no program that translates: set command to it and its arguments";
        return Transform::misfit(info);
    }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        if (m_spec.command.empty() || draw.uniform(0) >= m_spec.p)
            return;
        std::string line = sample.text;
        std::replace_if(
            line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
        // Loaders of several threads share one translator.
        const std::lock_guard lock(m_mutex);
        if (m_spec.cache)
            if (auto known = m_cache.find(line)) {
                sample.text = std::move(*known);
                return;
            }
        auto answer = m_program.ask(line);
        if (!answer)
            throw std::runtime_error(base::describe(answer.error()));
        if (m_spec.cache)
            m_cache.keep(line, *answer);
        sample.text = std::move(*answer);
    }

private:
    Spec m_spec;
    mutable std::mutex m_mutex;
    mutable LineProgram m_program;
    TextCache m_cache;

    static std::string keyOf(const std::vector<std::string>& command)
    {
        std::string key;
        for (const std::string& argument : command)
            key += argument + '\0';
        return key;
    }
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add(
        "command", &Spec::command, std::make_shared<const base::List>(base::List{base::Text{}}),
        {"Your program and its arguments, each an item; no shell reads them. It gets one text a line on standard "
         "input and must answer with one line, flushed, on standard output. Empty: nothing is run."});
    fields.add("timeout", &Spec::timeout, base::Real{0.1, 3600}, {"The training fails if an answer takes longer."},
               {.unit = "s"});
    fields.add("cache", &Spec::cache, base::Flag{},
               {"Keeps answers in your cache folder, by command and text, so that each text is translated once."});
    fields.add("p", &Spec::p, base::Real{0, 1},
               {"Chance that a text is replaced by its translation back.",
                {},
                "Most texts stay as they are.",
                "The texts as they were written are never seen."},
               {.tunable = true, .live = true});
    all.add<BackTranslation>("BackTranslation", "Back-translation",
                             "Replaces a text by what a translator of yours makes of it, to another language and back: "
                             "the same said in other words.",
                             std::move(fields));
}

}
