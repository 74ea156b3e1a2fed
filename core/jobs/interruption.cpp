// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/interruption.h"

#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/base/trimmed.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace core::jobs {

using namespace base;

namespace {

std::optional<double> numberIn(std::string_view text)
{
    text = trimmed(text);
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
        return std::nullopt;
    return value;
}

Result<std::vector<std::pair<double, double>>> readTrace(const std::string& file, double usualWait)
{
    CORE_TRY(text, readFile(file, 1 << 24));
    std::vector<std::pair<double, double>> trace;
    std::int64_t number = 0;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = std::min(text.find('\n', from), text.size());
        const std::string_view line = trimmed(std::string_view(text).substr(from, end - from));
        from = end + 1;
        ++number;
        if (line.empty() || line.starts_with('#'))
            continue;
        const std::size_t comma = line.find(',');
        const auto time = numberIn(line.substr(0, comma));
        const auto wait = comma == line.npos ? std::optional(usualWait) : numberIn(line.substr(comma + 1));
        if (!time && !wait && number == 1)
            continue; // a heading
        const std::string where = file + " line " + std::to_string(number);
        if (!time || !wait)
            return Error{ErrorKind::Data, "\"" + std::string(line) + "\" is no time of an interruption", where,
                         "Write seconds, and if need be a comma and the seconds to wait: 120,30"};
        if (!trace.empty() && *time < trace.back().first)
            return Error{ErrorKind::Data, "the times fall", where, "Write them in order"};
        trace.emplace_back(*time, *wait);
    }
    if (trace.empty())
        return Error{ErrorKind::Data, "there is no time in it", file, "Write one a line"};
    return trace;
}

double exponential(const Draw& draw, std::int64_t n, double mean)
{
    return -std::log1p(-draw.uniform(std::uint64_t(n))) * mean;
}

}

Result<InterruptionLaw> InterruptionLaw::make(const Pick& law)
{
    InterruptionLaw made;
    made.m_kind = law.kind;
    made.m_usualWait = law.params["wait_s"].toReal(0);
    if (law.kind == "now")
        made.m_now = spec::nowLawFields().read(law.params);
    if (law.kind == "rate")
        made.m_rate = spec::rateLawFields().read(law.params);
    if (law.kind == "step") {
        made.m_steps = spec::stepLawFields().read(law.params);
        std::ranges::sort(made.m_steps.steps);
    }
    if (law.kind == "trace") {
        const spec::TraceLaw trace = spec::traceLawFields().read(law.params);
        for (const double time : trace.times)
            made.m_trace.emplace_back(time, trace.waitS);
        if (!trace.file.empty()) {
            CORE_TRY(read, readTrace(trace.file, trace.waitS));
            made.m_trace = std::move(read);
        }
    }
    return made;
}

std::optional<Interruption> InterruptionLaw::at(std::int64_t n) const
{
    const auto place = std::size_t(n);
    if (n < 0)
        return std::nullopt;
    if (m_kind == "now" && n == 0)
        return Interruption{.afterTraining = 0, .waitS = m_now.waitS};
    if (m_kind == "rate" && n < m_rate.most)
        return Interruption{
            .afterTraining = exponential(Draw(std::uint64_t(m_rate.seed), "interruptions"), n, 3600 / m_rate.perHour),
            .waitS = m_rate.waitS};
    if (m_kind == "trace" && place < m_trace.size())
        return Interruption{.afterBegin = m_trace[place].first, .waitS = m_trace[place].second};
    if (m_kind == "step" && place < m_steps.steps.size())
        return Interruption{.atStep = m_steps.steps[place], .waitS = m_steps.waitS};
    return std::nullopt;
}

Simulated simulateRun(double work, double interval, double save, double restart, double mtbf, std::uint64_t seed)
{
    const Draw draw(seed, "simulated interruptions");
    Simulated run;
    double left = exponential(draw, 0, mtbf); // until the next interruption
    const auto pass = [&](double seconds) {
        if (seconds <= left) {
            left -= seconds;
            run.seconds += seconds;
            return true;
        }
        run.seconds += left;
        left = exponential(draw, ++run.interruptions, mtbf);
        return false;
    };
    for (double done = 0; done < work;) {
        const double part = std::min(interval, work - done);
        if (pass(part + save)) {
            done += part;
            continue;
        }
        while (!pass(restart)) {
        }
    }
    return run;
}

}
