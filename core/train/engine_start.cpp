// SPDX-License-Identifier: GPL-3.0-or-later
// What a training begins with: weights from elsewhere, word vectors, an old task to be kept in mind.
#include "core/data/old_task.h"
#include "core/train/engine.h"
#include "core/train/ranks/follower.h"
#include "core/train/word_vectors.h"

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;

std::string Engine::firstWeights() const
{
    const std::string from = spec::modelFields().read(m_experiment.model.params).initializeFrom;
    const auto& incremental = m_experiment.train.incremental;
    return from.empty() && incremental && data::isRunFolder(incremental->old) ? incremental->old : from;
}

Status Engine::remember(const std::vector<base::Blob>& from)
{
    if (!m_experiment.train.incremental)
        return {};
    if (m_old)
        m_old->begin(*m_learner);
    return m_learner->remember(m_data.old().get(), from);
}

std::vector<std::pair<std::string, double>> Engine::oldFigures()
{
    return m_old ? m_old->figures(*m_learner) : std::vector<std::pair<std::string, double>>{};
}

base::Result<std::vector<std::string>> Engine::initialize()
{
    std::vector<std::string> notes;
    const std::string from = firstWeights();
    const std::string words = spec::modelFields().read(m_experiment.model.params).wordVectors;
    if (!words.empty() && !from.empty())
        return Error{ErrorKind::Spec, "word_vectors and initialize_from both say where the embedding begins",
                     "/model/word_vectors", "Leave one of them out"};
    if (!words.empty()) {
        CORE_TRY(note, takeWordVectors(words, m_data.info(), m_learner->weights()));
        notes.push_back(std::move(note));
        if (m_leads)
            m_world->tell(ranks::taking(tensors()));
    }
    const auto& incremental = m_experiment.train.incremental;
    if (from.empty() && incremental)
        return Error{ErrorKind::Spec, "there are no weights that an old task taught", "/model/initialize_from",
                     "Name a run, a checkpoint or a safetensors file"};
    if (from.empty())
        return notes;
    CORE_TRY(weights, model::readWeights(from));
    const std::vector<base::Blob> taught = weights.tensors;
    if (incremental) {
        weights.tensors = grownToFit(std::move(weights.tensors), m_learner->weights(), m_data.info().oldClasses);
        weights.classes.clear();
    }
    CORE_TRY(told, m_learner->initialize(weights, from));
    notes.insert(notes.end(), told.begin(), told.end());
    CORE_CHECK(remember(taught));
    if (m_leads)
        m_world->tell(ranks::taking(tensors()));
    return notes;
}

}
