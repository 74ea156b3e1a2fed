// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine does beside those of other ranks.
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/tensor/device.h"
#include "core/train/engine.h"
#include "core/train/network_size.h"
#include "core/train/ranks/follower.h"
#include "core/train/ranks/mail.h"

#include <algorithm>
#include <sstream>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

// What makes the same sums come out in other bits: another processor or device, other threads.
std::string arithmeticOf(at::Device device, std::int64_t threads)
{
    std::string all = std::to_string(threads) + "\n";
    // Of the first core; other lines say how fast it is just now.
    const auto read = base::readFile("/proc/cpuinfo");
    std::istringstream lines(read ? *read : std::string());
    for (std::string line; std::getline(lines, line) && !line.empty();)
        for (const char* key : {"model", "cpu family", "flags", "CPU implementer", "CPU part", "Features"})
            if (line.starts_with(key))
                all += line + "\n";
    for (const tensor::DeviceInfo& info : tensor::devices())
        if (!device.is_cpu() && info.name == device.str())
            all += info.model + "\n";
    return all;
}

std::int64_t rankOfBatch(const ranks::World& world, std::size_t batch)
{
    return std::int64_t(batch) % world.size();
}

// To be told of an evaluation and to send a batch of it takes about a millisecond, in which a core makes 50 million
// multiplications; four times that must be saved for each batch that is sent.
bool worthSharing(double workOfRow, std::int64_t rows, std::int64_t atOnce, std::int64_t ranks)
{
    constexpr double ofBatch = 4 * 50e6;
    const std::int64_t batches = (rows + atOnce - 1) / atOnce, rounds = (batches + ranks - 1) / ranks;
    const std::int64_t mostOfARank = std::min(rows, rounds * atOnce), sent = batches - rounds;
    return batches > 1 && workOfRow * double(rows - mostOfARank) >= ofBatch * double(sent);
}

// What the other ranks have passed, in the order of the rows. They pass while this one does, so none should take much
// longer than this one did.
class PassedByRanks final : public PassedElsewhere {
public:
    PassedByRanks(ranks::World& world, at::Device device, double timeoutS)
        : m_world(world),
          m_mail(world),
          m_device(device),
          m_timeoutS(timeoutS)
    {
    }

    bool has(std::size_t batch) override
    {
        const double now = base::steadySeconds();
        if (m_since >= 0)
            m_longest = std::max(m_longest, now - m_since);
        const bool others = rankOfBatch(m_world, batch) != 0;
        m_since = others ? -1 : now;
        return others;
    }
    Passed take(std::size_t batch, std::int64_t rows) override
    {
        constexpr double patience = 5; ///< times as long as this rank took
        m_mail.wait(std::chrono::milliseconds(std::int64_t(1000 * (m_timeoutS + patience * m_longest))));
        const std::int64_t from = rankOfBatch(m_world, batch);
        const at::Tensor output = m_mail.receive(from, ranks::passedTag, rows, m_device);
        return {output, m_mail.receive(from, ranks::targetTag, rows, m_device)};
    }

private:
    ranks::World& m_world;
    ranks::Mail m_mail;
    at::Device m_device;
    double m_timeoutS, m_longest = 0, m_since = -1;
};

}

// All count before any of them takes what the others see as free.
Status Engine::ranksFit(const spec::Experiment& built, bool elsewhere) const
{
    if (!m_world)
        return {};
    if (!elsewhere)
        CORE_CHECK(ranksFitMemory(built, m_data.info(),
                                  {m_world->ranksHere(), m_world->place().starter == "threads", m_world->size(),
                                   m_timeline.plan().batchSize}));
    m_world->await("counted");
    return {};
}

Status Engine::joinWorld()
{
    if (!m_world)
        return {};
    // One that reads its data longer than another is not lost.
    m_world->await("ready");
    CORE_CHECK(m_learner->join(*m_world, m_experiment.distributed));
    m_leads = m_world->rank() == 0;
    const std::string here = arithmeticOf(m_learner->device(), m_threads);
    m_alike = ranks::compare(*m_world, {std::uint32_t(base::hashOf(here.data(), here.size()))}).other() < 0;
    return {};
}

const data::RowSet& Engine::evaluatedRows(const std::string& split) const
{
    return split == "validation" ? m_data.rows(data::SplitName::Validation) : m_trainSample;
}

// Other weights, statistics or arithmetic would give other figures, and rows that are streamed are read in order. What
// is one batch cannot be shared: its bits would be those of smaller ones.
bool Engine::sharesEvaluation(const data::RowSet& rows) const
{
    const spec::DistributedSpec& how = m_experiment.distributed;
    if (!m_leads || !m_alike || how.strategy != "ddp" || !how.sameSeed || !how.syncBatchnorm ||
        m_experiment.train.swa || m_world->size() < 2 || m_world->left() || m_data.streamed() ||
        !m_learner->takesBatches())
        return false;
    spec::Experiment built = m_experiment;
    built.model = m_network;
    return worthSharing(workOfRow(built, m_data.info()) / double(std::max<std::int64_t>(1, m_threads)),
                        std::int64_t(rows.size()), std::int64_t(evaluationRows(*m_learner, m_data)), m_world->size());
}

EvaluationResult Engine::evaluated(const std::string& split, EvaluationRequest request)
{
    const data::RowSet& rows = evaluatedRows(split);
    request.metrics = &m_metrics;
    std::optional<PassedByRanks> others;
    if (sharesEvaluation(rows)) {
        m_world->at(m_step);
        m_world->tell(ranks::passing(split));
        others.emplace(*m_world, m_learner->device(), m_experiment.distributed.timeoutS);
        request.elsewhere = &*others;
    }
    return evaluate(*m_learner, m_data, rows, request);
}

void Engine::passFor(const std::string& split)
{
    m_world->at(m_step);
    ranks::Mail mail(*m_world);
    // Rank 0 takes each when its turn has come, which may be long; one that has died is noticed all the same.
    mail.wait(std::chrono::hours(24 * 30));
    const auto own = [this](std::size_t batch) { return rankOfBatch(*m_world, batch) == m_world->rank(); };
    passBatches(*m_learner, m_data, evaluatedRows(split), own, [&](const Passed& passed) {
        constexpr std::size_t ahead = 4; ///< messages: two batches
        mail.send(passed.output, 0, ranks::passedTag);
        mail.send(passed.target, 0, ranks::targetTag);
        mail.settle(ahead);
    });
    mail.settle();
}

StepResult Engine::takeStep()
{
    if (!m_world)
        return m_learner->step(m_batches, m_step, m_timeline.scheduleStep(m_step));
    try {
        return m_learner->step(m_batches, m_step, m_timeline.scheduleStep(m_step));
    } catch (...) {
        // The others wait for what will not come; after a loss their connections are cut already.
        if (m_leads && !m_world->lost())
            m_world->leave();
        throw;
    }
}

void Engine::observe(const std::vector<std::pair<std::string, double>>& values)
{
    m_learner->schedule().observe(values, m_timeline.scheduleStep(m_step));
    if (m_world)
        compareRanks();
}

void Engine::compareRanks()
{
    ranks::compareReplicas(*m_world, *this);
}

}
