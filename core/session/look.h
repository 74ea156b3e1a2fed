// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/finders.h"
#include "core/train/look.h"

namespace core::session {

using train::Embedding;
using train::EmbeddingWish;
using train::Landscape;
using train::LandscapeWish;
using train::RowsLook;
using train::RowsWish;
using train::SampleLook;
using train::SampleWish;
using train::Stack;

using Wish = std::variant<SampleWish, EmbeddingWish, LandscapeWish, RowsWish>;
using Seen = std::variant<SampleLook, Embedding, Landscape, RowsLook>;

/// Looks into recorded runs. What a step needed is kept for the next look at it. For one thread.
class Looker {
public:
    Looker();
    ~Looker();
    base::Result<Seen> look(const TryOn& from, const Wish& wish, const Going& going = {});

private:
    class Work;
    std::unique_ptr<Work> m_work;
};

/// The same between two steps of a run that trains or is paused; its bits stay as they are.
base::Status look(Session& session, const Wish& wish, const Going& going, Done<Seen> done);

/// As JSON, for scripts: tensors as `{"name", "type", "shape", "values"}`.
base::Value toValue(const Seen& seen);

/// t-SNE (van der Maaten and Hinton 2008), exact, with scikit-learn's schedule: 250 steps of early exaggeration 12,
/// then the rest; it begins with the two principal components.
struct TsneOptions {
    double perplexity = 30;
    std::int64_t steps = 1000;
};
struct Tsne {
    std::vector<double> x, y;
    double divergence = 0; ///< Kullback–Leibler of the neighbourhoods, in nats
};
base::Result<Tsne> tsne(const std::vector<float>& vectors, std::int64_t width, const TsneOptions& options,
                        const Going& going = {});

}
