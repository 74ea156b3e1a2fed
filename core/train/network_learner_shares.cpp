// SPDX-License-Identifier: GPL-3.0-or-later
// What of a network's state lies with other ranks, and how rank 0 comes to know it.
#include "core/base/thrown.h"
#include "core/train/gradients.h"
#include "core/train/network_learner.h"
#include "core/train/ranks/follower.h"
#include "core/train/shared_work.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

/// An optimizer of some of the parameters: what other ranks update has no state here (Rajbhandari et al. 2020, ZeRO
/// stage 1; stages of a pipeline).
class ShardedOptimizer final : public Optimizer {
public:
    /// `own`: whether this rank updates it, for each parameter. An error if the optimizer moves all of them together.
    static base::Result<std::unique_ptr<Optimizer>> make(const base::Pick& pick, const Parameters& parameters,
                                                         std::vector<bool> own)
    {
        Parameters mine;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (own[i])
                mine.push_back(parameters[i]);
        CORE_TRY(inner, allOptimizers().make(pick, mine));
        if (inner->looksAgain())
            return Error{ErrorKind::Spec, pick.kind + " moves all weights together", "/train/optimizer",
                         "Choose an optimizer that moves each weight by itself, such as adamw"};
        return std::unique_ptr<Optimizer>(new ShardedOptimizer(parameters, std::move(own), std::move(inner)));
    }

    Status setRules(const std::vector<ParameterRule>& rules) override
    {
        std::vector<ParameterRule> mine;
        for (std::size_t i = 0; i < rules.size(); ++i)
            if (m_own[i])
                mine.push_back(rules[i]);
        return m_inner->setRules(mine);
    }
    std::vector<tensor::NamedTensor> state() override { return m_inner->state(); }
    bool edit(const base::Value& params) override { return m_inner->edit(params); }

private:
    ShardedOptimizer(const Parameters& parameters, std::vector<bool> own, std::unique_ptr<Optimizer> inner)
        : Optimizer(parameters),
          m_own(std::move(own)),
          m_inner(std::move(inner))
    {
    }

    void update(const Work&, double lr) override
    {
        const double momentum = momentumOr(std::nan(""));
        m_inner->setMomentum(std::isnan(momentum) ? std::nullopt : std::optional(momentum));
        m_inner->step(lr);
    }

    std::vector<bool> m_own;
    std::unique_ptr<Optimizer> m_inner;
};

}

std::vector<std::int64_t> shareBySize(const std::vector<tensor::NamedTensor>& parameters, std::int64_t ranks)
{
    std::vector<std::size_t> order(parameters.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [&](std::size_t i) { return parameters[i].tensor.numel(); });
    std::vector<std::int64_t> sizes(std::size_t(ranks), 0), owners(parameters.size());
    for (const std::size_t i : order) {
        const auto least = std::ranges::min_element(sizes);
        owners[i] = least - sizes.begin();
        *least += parameters[i].tensor.numel();
    }
    return owners;
}

// Called when all ranks hold the same state.
Status NetworkLearner::shareWork()
{
    if (m_how.strategy == "pipeline") {
        CORE_CHECK(checkPipeline());
        m_shares = std::make_shared<SharedWork>(*m_world);
        if (m_how.stages.empty() && m_world->size() > 1)
            m_shares->seconds = measuredBlocks();
        CORE_CHECK(makePipeline(m_how.stages));
        return shardOptimizer(m_shares->pipeline->parameterStages());
    }
    const bool alone = m_world->size() == 1;
    if (alone || !(m_how.shardOptimizer || m_how.compression == "powersgd"))
        return {};
    // It compares gradients of the same rows, and each time another part of them would be left for later.
    if (m_how.compression == "powersgd" && m_optimizer->looksAgain())
        return Error{ErrorKind::Spec, "powersgd leaves out parts of the gradients that " + m_pick.kind + " compares",
                     "/distributed/compression", "Set it to none, or choose another optimizer"};
    m_shares = std::make_shared<SharedWork>(*m_world);
    if (m_how.compression == "powersgd") {
        m_shares->thin = std::make_shared<ranks::PowerSgd>(m_network->parameters(), m_how.powersgdRank);
        m_shares->thin->load(m_compressed, {});
        m_shares->thin->load(m_compressed, std::to_string(m_world->rank()) + "/");
    }
    m_compressed.clear();
    return m_how.shardOptimizer ? shardOptimizer(shareBySize(m_network->parameters(), m_world->size())) : Status{};
}

// From now on this rank's optimizer keeps and updates its own share; what it knows so far is taken over.
Status NetworkLearner::shardOptimizer(std::vector<std::int64_t> owners)
{
    std::vector<bool> own;
    for (const std::int64_t owner : owners)
        own.push_back(owner == m_world->rank());
    CORE_TRY(sharded, ShardedOptimizer::make(m_pick, m_network->parameters(), std::move(own)));
    std::vector<base::Blob> known;
    for (const auto& [name, tensor] : m_optimizer->state())
        known.push_back(tensor::toBlob(name, tensor));
    CORE_CHECK(sharded->load(known));
    m_optimizer = std::move(sharded);
    m_shares->owners = std::move(owners);
    // The rates of the layers.
    return freeze(model::Freezing(m_freezing), m_spec, m_thawed);
}

// ZeRO-1: what this rank has updated goes to all others. A pipeline: to rank 0, where somebody looks at every step.
void NetworkLearner::takeUpdates()
{
    SharedWork& shares = *m_shares;
    shares.foreignLags = true;
    if (shares.owners.empty())
        return;
    if (shares.pipeline) {
        shares.weightsLag = true;
        if (shares.wants & wantsTensors)
            bringTensors(false);
        return;
    }
    const Parameters& parameters = m_network->parameters();
    for (std::int64_t rank = 0; rank < m_world->size(); ++rank) {
        std::vector<at::Tensor> theirs;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (shares.owners[i] == rank && parameters[i].tensor.requires_grad())
                theirs.push_back(parameters[i].tensor.detach());
        m_world->shareFrom(rank, theirs);
    }
}

// Of a pipeline: weights and buffers of the stages, or the gradients of this step, to rank 0.
void NetworkLearner::bringTensors(bool gradients) const
{
    SharedWork& shares = *m_shares;
    const Parameters& parameters = m_network->parameters();
    const auto& buffers = m_network->buffers();
    const ranks::Tag tag = gradients ? ranks::gradientsTag : ranks::weightsTag;
    for (std::int64_t rank = 1; rank < m_world->size(); ++rank) {
        if (m_world->rank() != 0 && m_world->rank() != rank)
            continue;
        std::vector<at::Tensor> theirs;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const at::Tensor& parameter = parameters[i].tensor;
            if (shares.owners[i] != rank || (gradients && !parameter.requires_grad()))
                continue;
            if (gradients && !parameter.grad().defined())
                const_cast<at::Tensor&>(parameter).mutable_grad() =
                    tensor::zeros(parameter.sizes().vec(), parameter.scalar_type()).to(parameter.device());
            theirs.push_back(gradients ? parameter.grad() : parameter.detach());
        }
        for (std::size_t i = 0; i < buffers.size() && !gradients; ++i)
            if (shares.pipeline->bufferStages()[i] == rank)
                theirs.push_back(buffers[i].tensor);
        if (m_world->rank() == 0)
            shares.mail.receiveAll(theirs, rank, tag);
        else
            shares.mail.sendAll(theirs, 0, tag);
    }
    shares.mail.settle();
    if (!gradients)
        shares.weightsLag = false;
}

void NetworkLearner::bringWeights() const
{
    if (!m_shares || !m_shares->weightsLag || m_world->left())
        return;
    if (m_world->rank() == 0)
        m_world->tell(ranks::gathering(false));
    bringTensors(false);
}

std::vector<tensor::NamedTensor> NetworkLearner::weights() const
{
    bringWeights();
    return model::stateOf(*m_network);
}

std::vector<tensor::NamedTensor> NetworkLearner::state() const
{
    const bool lags = m_shares && (m_shares->weightsLag || m_shares->foreignLags);
    if (m_torn || (lags && m_world->left()))
        throw base::Thrown(Error{ErrorKind::Run,
                                 m_torn ? "a step was broken off between two passes of its optimizer"
                                        : "a part of the state was lost with its rank",
                                 "checkpoint", "Resume the run: it goes on from its last checkpoint"});
    if (!lags)
        return ownState();
    SharedWork& shares = *m_shares;
    if (m_world->rank() == 0)
        m_world->tell(ranks::gathering(true));
    if (shares.weightsLag)
        bringTensors(false);
    if (m_world->rank() > 0) {
        std::vector<tensor::NamedTensor> own = compressionState();
        if (!shares.owners.empty())
            for (const auto& [name, tensor] : m_optimizer->state())
                own.push_back({"optimizer/" + name, tensor});
        shares.mail.sendBlobs(own, 0, ranks::stateTag);
    }
    shares.foreign.clear();
    for (std::int64_t rank = 1; m_world->rank() == 0 && rank < m_world->size(); ++rank)
        for (const base::Blob& blob : shares.mail.receiveBlobs(rank, ranks::stateTag))
            if (auto tensor = tensor::fromBlob(blob))
                shares.foreign.push_back({blob.name, std::move(*tensor)});
    shares.foreignLags = false;
    return ownState();
}

// In the order that an optimizer of all parameters has.
std::vector<tensor::NamedTensor> NetworkLearner::optimizerState() const
{
    constexpr std::string_view prefix = "optimizer/";
    std::vector<tensor::NamedTensor> all = m_optimizer->state();
    if (!m_shares || m_shares->owners.empty() || m_shares->foreign.empty())
        return all;
    for (const auto& [name, tensor] : m_shares->foreign)
        if (name.starts_with(prefix))
            all.push_back({name.substr(prefix.size()), tensor});
    const Parameters& parameters = m_network->parameters();
    std::vector<std::string> kinds;
    std::vector<std::pair<std::pair<std::ptrdiff_t, std::ptrdiff_t>, tensor::NamedTensor>> placed;
    for (tensor::NamedTensor& named : all) {
        const std::string kind = named.name.substr(0, named.name.find('/')), of = named.name.substr(kind.size() + 1);
        if (std::ranges::find(kinds, kind) == kinds.end())
            kinds.push_back(kind);
        const auto parameter = std::ranges::find(parameters, of, &tensor::NamedTensor::name);
        placed.push_back(
            {{std::ranges::find(kinds, kind) - kinds.begin(), parameter - parameters.begin()}, std::move(named)});
    }
    std::ranges::stable_sort(placed, {}, [](const auto& each) { return each.first; });
    all.clear();
    for (auto& [place, named] : placed)
        all.push_back(std::move(named));
    return all;
}

// What thin matrices left out is each rank's own.
std::vector<tensor::NamedTensor> NetworkLearner::compressionState() const
{
    std::vector<tensor::NamedTensor> all;
    // One process hands on what the ranks left.
    if (!m_world)
        for (const base::Blob& blob : m_compressed)
            if (auto tensor = tensor::fromBlob(blob))
                all.push_back({"compression/" + blob.name, std::move(*tensor)});
    if (!m_shares || !m_shares->thin)
        return all;
    const std::int64_t rank = m_world->rank();
    for (auto& [name, tensor] : m_shares->thin->state())
        if (name.starts_with("error/"))
            all.push_back({"compression/" + std::to_string(rank) + "/" + name, tensor});
        else if (rank == 0)
            all.push_back({"compression/" + name, tensor});
    if (rank == 0)
        for (const tensor::NamedTensor& named : m_shares->foreign)
            if (named.name.starts_with("compression/"))
                all.push_back(named);
    return all;
}

// Takes `compression/…` of a checkpoint, now or when ranks join.
void NetworkLearner::loadCompression(std::vector<base::Blob>& blobs)
{
    constexpr std::string_view prefix = "compression/";
    m_compressed.clear();
    for (base::Blob& blob : blobs)
        if (blob.name.starts_with(prefix) && m_how.compression == "powersgd") {
            m_compressed.push_back(std::move(blob));
            m_compressed.back().name.erase(0, prefix.size());
        }
    std::erase_if(blobs, [&](const base::Blob& blob) { return blob.name.empty() || blob.name.starts_with(prefix); });
    if (!m_shares || !m_shares->thin)
        return;
    m_shares->thin->load(m_compressed, {});
    m_shares->thin->load(m_compressed, std::to_string(m_world->rank()) + "/");
    m_compressed.clear();
}

std::vector<tensor::NamedTensor> NetworkLearner::ownState() const
{
    std::vector<tensor::NamedTensor> all;
    for (const auto& [name, tensor] : model::stateOf(*m_network))
        all.push_back({"model/" + name, tensor});
    for (const auto& [name, tensor] : optimizerState())
        all.push_back({"optimizer/" + name, tensor});
    if (m_scaler)
        all.push_back(m_scaler->state());
    if (m_average)
        for (tensor::NamedTensor& named : m_average->state())
            all.push_back(std::move(named));
    for (tensor::NamedTensor& named : memory())
        all.push_back(std::move(named));
    for (tensor::NamedTensor& named : compressionState())
        all.push_back(std::move(named));
    return all;
}

}
