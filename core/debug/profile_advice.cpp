// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <algorithm>
#include <cmath>

namespace core::debug {

void adviseWorkers(const ProfileFacts& facts, std::vector<ProfileAdvice>& advice)
{
    const base::Value* now = facts.spec.at("data.num_workers");
    if (!now)
        return;
    const base::Value* mode = facts.spec.at("data.mode");
    const bool stream = mode && mode->text() == "pipe";
    // `auto` is one at most; the core that trains needs none of them. A stream is read by one.
    const std::int64_t before = now->toInt(1);
    const std::int64_t most = stream ? 1 : std::max<std::int64_t>(2, facts.cores);
    const std::int64_t wanted = std::min(most, std::max<std::int64_t>(before * 2, now->isNull() ? 2 : 1));
    if (wanted <= before && !now->isNull())
        return;
    const std::int64_t number = std::max<std::int64_t>(1, wanted);
    advice.push_back({"Let " + std::to_string(number) + (number == 1 ? " thread make" : " threads make") +
                          " batches while the network trains. The batches, and so the result, stay the same.",
                      {{"data.num_workers", number}}});
}

void advisePrefetch(const ProfileFacts& facts, std::vector<ProfileAdvice>& advice)
{
    const base::Value* now = facts.spec.at("data.prefetch_factor");
    if (!now || now->toInt() >= 16)
        return;
    const std::int64_t wanted = std::max<std::int64_t>(2, now->toInt() * 2);
    advice.push_back({"Keep " + std::to_string(wanted) +
                          " batches of each thread ready: one that takes longer than others is then not waited for.",
                      {{"data.prefetch_factor", wanted}}});
}

void adviseBatch(const ProfileFacts& facts, double factor, const std::string& text, std::vector<ProfileAdvice>& advice)
{
    const base::Value* now = facts.spec.at("train.batch_size");
    const std::int64_t size = now ? now->toInt() : 0;
    const auto wanted = std::int64_t(std::llround(double(size) * factor));
    if (size > 0 && wanted > 0)
        advice.push_back({text, {{"train.batch_size", wanted}}});
    else
        advice.push_back({text});
}

}
