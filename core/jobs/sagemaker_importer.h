// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/sagemaker.h"
#include "core/jobs/sagemaker_names.h"

namespace core::jobs::sagemaker {

/// Makes one experiment of one description; what it cannot use it keeps for an export.
class Importer {
public:
    base::Result<Exchanged> training(const base::Value& given);
    base::Result<Exchanged> tuning(const base::Value& given);

private:
    base::Object m_job, m_kept;
    base::Value m_experiment = base::Object{};
    Exchanged m_made;

    base::Status definition(const base::Value& given, const std::string& where);
    base::Status algorithm(const base::Value& given, const std::string& where);
    base::Status hyperparameters(const base::Value& given, const std::string& where);
    base::Status channels(const base::Value& given, const std::string& where);
    base::Status instances(const base::Value& given, const std::string& where);
    base::Status resources(const base::Value& given, const std::string& where);
    base::Status tuningResources(const base::Value& given, const std::string& where);
    base::Status stopping(const base::Value& given, const std::string& where);
    base::Status environment(const base::Value& given, const std::string& where);
    base::Result<base::Object> ranges(const base::Value& config, const base::Value& ranges, const std::string& where);
    base::Result<base::Object> oneRange(const base::Value& range, const std::string& where, const std::string& kind);
    base::Status objective(const base::Value& given, const std::string& where, base::Object& tuning);
    base::Status limits(const base::Value& given, const std::string& where, base::Object& tuning);
    base::Status completion(const base::Value& given, const std::string& where, base::Object& tuning);
    base::Status strategy(const base::Value& given, const std::string& where, base::Object& tuning);
    base::Status warmStart(const base::Value& given, base::Object& tuning);
    void keep(const base::Value& all, const Names& keys, base::Object& into);
    Exchanged end(base::Object kept);
};

/// A hyperparameter is a text there; a number or a truth value is one here if it is written as it was.
base::Value plainValue(const std::string& text);

}
