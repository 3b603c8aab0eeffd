/** Variables of the namelists of pw.x 6.7 to 7.4 and cp.x. pw.x stops at any other. */
const NAMELISTS = {
  control: `
    calculation title verbosity restart_mode wf_collect nstep iprint isave tstress tprnfor dt outdir wfcdir prefix max_seconds
    etot_conv_thr forc_conv_thr ekin_conv_thr disk_io pseudo_dir tefield dipfield tefield2 lelfield nberrycyc lorbm lberry gdir
    nppstr lkpoint_dir refg saverho tabps ndr ndw use_wannier lecrpa tqmmm vdw_table_name point_label_type lfcp lfcpopt lfcpdyn gate
    trism twochem input_xml_schema_file nextffield
  `,
  system: `
    ibrav celldm a b c cosab cosac cosbc nat ntyp nbnd tot_charge starting_charge tot_magnetization starting_magnetization ecutwfc
    ecutrho ecutfock nr1 nr2 nr3 nr1s nr2s nr3s nr1b nr2b nr3b nosym nosym_evc noinv no_t_rev force_symmorphic use_all_frac
    occupations one_atom_occupations orbital_resolved starting_spin_angle degauss degauss_cond nelec_cond nbnd_cond smearing nspin sic_gamma
    sic_energy pol_type sci_vb sci_cb noncolin ecfixed qcutz q2sigma input_dft ace exx_fraction screening_parameter exxdiv_treatment
    x_gamma_extrapolation ecutvcut nqx1 nqx2 nqx3 localization_thr scdm scdmden scdmgrd nscdm n_proj lda_plus_u lda_plus_u_kind
    hubbard_occ hubbard_u hubbard_u_back hubbard_j hubbard_j0 hubbard_alpha hubbard_alpha_back hubbard_alpha_m hubbard_beta
    hub_pot_fix hubbard_v hubbard_parameters backall lback l1back reserv reserv_back dmft dmft_prefix ensemble_energies
    starting_ns_eigenvalue u_projection_type edir emaxpos eopreg eamp angle1 angle2 lforcet constrained_magnetization
    fixed_magnetization b_field lambda report lspinorb assume_isolated esm_bc esm_w esm_efield esm_nfit esm_debug esm_debug_gpmax
    esm_a esm_zb lgcscf gcscf_mu gcscf_conv_thr gcscf_beta gcscf_ignore_mun fcp_mu fcp_mass fcp_tempw fcp_relax fcp_relax_step
    fcp_relax_crit fcp_mdiis_size fcp_mdiis_step vdw_corr london london_s6 london_c6 london_rvdw london_rcut dftd3_version
    dftd3_threebody ts_vdw ts_vdw_econv_thr ts_vdw_isolated xdm xdm_a1 xdm_a2 mbd_vdw space_group uniqueb origin_choice rhombohedral
    zgate relaxz block block_1 block_2 block_height nextffield la2f force_pairing sic sic_epsilon sic_alpha ref_alat spline_ps
    step_pen sigma_pen alpha_pen do_ee
  `,
  electrons: `
    electron_maxstep exx_maxstep scf_must_converge conv_thr adaptive_thr conv_thr_init conv_thr_multi mixing_mode mixing_beta
    mixing_ndim mixing_fixed_ns diagonalization diago_thr_init diago_cg_maxiter diago_ppcg_maxiter diago_david_ndim diago_rmm_ndim
    diago_rmm_conv diago_gs_nblock diago_full_acc efield efield2 efield_cart efield_phase startingpot startingwfc tqr real_space
    emass emass_cutoff orthogonalization ortho_eps ortho_max ortho_para electron_dynamics electron_damping electron_velocities
    electron_temperature ekincw fnosee ampre grease n_inner niter_cold_restart lambda_cold rotmass occmass rotation_damping
    occupation_damping rotation_dynamics occupation_dynamics tcg maxiter etresh passop epol epol2 occupation_constraints
    niter_cg_restart tcpbo emass_emin emass_cutoff_emin electron_damping_emin dt_emin pre_state diis_size diis_nreset diis_hcut
    diis_wthr diis_delt diis_maxstep diis_rot diis_fthr diis_temp diis_achmix diis_g0chmix diis_g1chmix diis_nchmix diis_nrot
    diis_rothr diis_ethr diis_chguess
  `,
  ions: `
    ion_positions ion_velocities ion_dynamics ion_radius ion_damping ion_temperature ion_nstepe ion_maxstep pot_extrapolation
    wfc_extrapolation remove_rigid_rot tempw tempv tolp delta_t nraise refold_pos upscale bfgs_ndim trust_radius_max
    trust_radius_min trust_radius_ini w_1 w_2 sic_rloc fire_alpha_init fire_falpha fire_nmin fire_f_inc fire_f_dec fire_dtmax tranp
    amprp greasp fnosep nhpcl nhptyp nhgrp fnhscl ndega iesr phase_space l_mplathe n_muller np_muller l_exit_muller path_thr
  `,
  cell: `
    cell_parameters cell_dynamics cell_velocities cell_damping press wmass cell_factor cell_temperature temph fnoseh greash
    cell_dofree cell_nstepe press_conv_thr treinit_gvecs
  `,
  fcp: `
    fcp_mu fcp_dynamics fcp_conv_thr fcp_ndiis fcp_rdiis fcp_mass fcp_velocity fcp_temperature fcp_tempw fcp_tolp fcp_delta_t
    fcp_nraise freeze_all_atoms
  `,
  rism: `
    nsolv closure tempv ecutsolv solute_lj solute_epsilon solute_sigma starting1d starting3d smear1d smear3d rism1d_maxstep
    rism3d_maxstep rism1d_conv_thr rism3d_conv_thr mdiis1d_size mdiis3d_size mdiis1d_step mdiis3d_step rism1d_bond_width
    rism1d_dielectric rism1d_molesize rism1d_nproc rism3d_conv_level rism3d_planar_average laue_nfit laue_expand_right
    laue_expand_left laue_starting_right laue_starting_left laue_buffer_right laue_buffer_left laue_both_hands laue_wall laue_wall_z
    laue_wall_rho laue_wall_epsilon laue_wall_sigma laue_wall_lj6
  `,
};

/** The variables of each namelist that is known, by its name in lower case. */
export const QE_VARIABLES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(NAMELISTS).map(([name, words]) => [name, new Set(words.trim().split(/\s+/))]),
);
