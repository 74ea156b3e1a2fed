// SPDX-License-Identifier: GPL-3.0-or-later
// What a network has inside at a step: of one row, of many, of the loss around its weights.
#pragma once

#include "core/events/frames.h"
#include "core/train/finders.h"

#include <variant>

namespace core::train {

/// Numbers of a tensor with its shape; of many channels the first ones.
struct Stack {
    std::string name, type;          ///< `0`, `Conv2d`
    std::vector<std::int64_t> shape; ///< all of it, without the batch
    std::vector<float> values;       ///< row-major, of the first `shown` along the first dimension
    std::int64_t shown = 0;
};

/// One row as the network sees it.
struct SampleWish {
    std::int64_t row = -1;      ///< of the data set; −1: the first of the validation split
    std::int64_t target = -1;   ///< the score that is explained; −1: of the class that is predicted
    std::int64_t channels = 64; ///< at most, of each layer
    std::int64_t smooth = 16;   ///< noisy copies for SmoothGrad; 0: none
    double noise = 0.15;        ///< their σ, as a share of the input's range
};
struct SampleLook {
    std::int64_t step = 0, row = 0;
    double truth = 0;                  ///< class or value
    std::int64_t predicted = 0;        ///< class; 0 where there are none
    std::int64_t target = 0;           ///< the output that is explained
    std::vector<double> outputs;       ///< as the network says them
    std::vector<double> probabilities; ///< of classes; else empty
    double loss = 0;
    Stack input;                        ///< as the network takes it, normalized
    std::vector<Stack> layers, filters; ///< outputs in order; weights of convolutions [out, in, height, width]
    Stack saliency;                     ///< |∂ output / ∂ input| (Simonyan et al. 2014), of the input's shape
    Stack smoothed;                     ///< its mean over noisy copies (Smilkov et al. 2017)
    std::string noSaliency;             ///< why there is none
    /// Of tasks that answer with a picture: class ids [1, height, width] (−1 counts for nothing), or what an
    /// autoencoder makes of the input, of its shape; and, of classes, what would be right. Else empty.
    Stack answer, wanted;
    double rightShare = -1; ///< of the pixels that count; −1: none are classes
};
base::Result<SampleLook> look(Engine& engine, const SampleWish& wish, const Trying& trying = {});

/// Validation rows where the last layer sees them.
struct EmbeddingWish {
    std::int64_t rows = 1000; ///< at most
};
struct Embedding {
    std::int64_t step = 0, width = 0; ///< numbers of a row
    std::string layer;
    std::vector<std::int64_t> rows;
    std::vector<double> truths, predictions;
    std::vector<float> vectors;    ///< [rows, width]
    std::vector<double> x, y;      ///< the first two principal components, centred
    std::vector<double> explained; ///< shares of the variance, of up to ten components, largest first
};
base::Result<Embedding> look(Engine& engine, const EmbeddingWish& wish, const Trying& trying = {});

/// The loss of some training rows around the weights.
struct LandscapeWish {
    enum class Directions { Step, Random };
    /// Step: x is the next update, y a random direction. Random: both are. Random ones have each filter as long as the
    /// filter of the weights (Li et al. 2018, arXiv:1712.09913).
    Directions directions = Directions::Step;
    std::int64_t cells = 21; ///< each way; 1: along x alone
    std::int64_t linePoints = 41;
    double reach = 0; ///< how far it goes to each side; 0: 1 along random directions, 8 steps along a step
    std::int64_t rows = 512, seed = 0;
};
struct Landscape {
    std::int64_t step = 0, rows = 0;
    LandscapeWish::Directions directions = LandscapeWish::Directions::Step;
    double loss = 0;               ///< here
    std::vector<double> at, along; ///< places on x and the loss there
    double reachX = 1, reachY = 1;
    std::int64_t cells = 0;
    std::vector<float> values; ///< [cells, cells] from −reach to reach, row-major from the bottom; empty: no plane
    double weightNorm = 0, stepNorm = 0, xNorm = 0, yNorm = 0;
    double stepX = 0, stepY = 0; ///< where the next update leads, in units of the directions
};
base::Result<Landscape> look(Engine& engine, const LandscapeWish& wish, const Trying& trying = {});

/// Validation rows that are taken for something.
struct RowsWish {
    std::int64_t truth = -1, predicted = -1; ///< classes; −1: any
    bool wrongOnly = false;
    std::size_t most = 200;
};
struct RowsLook {
    std::int64_t step = 0, all = 0;                 ///< all: how many there are
    std::vector<events::PredictionFrame::Row> rows; ///< the worst losses first
};
base::Result<RowsLook> look(Engine& engine, const RowsWish& wish, const Trying& trying = {});

}
